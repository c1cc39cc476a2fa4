import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeStatus, type ExecutionStatus, parseRequest } from "@reflow/shared/protocol";
import { nullLogger } from "@reflow/shared/telemetry";
import { createAnswerQuery, isQueryRequest } from "./answer_query.ts";
import { idOf, readAll, type TestStore, traceRow } from "./_fixture.ts";

/** A stored trace as the model knows it. */
interface ModelTrace {
  readonly id: string;
  readonly flowName: string | null;
  readonly flowId: string;
  readonly service: string | null;
  readonly environment: string | null;
  readonly executionId: string;
  readonly status: ExecutionStatus;
  /** Nanoseconds after {@linkcode SECOND}. */
  readonly startNanos: number;
  readonly actors: readonly string[];
}

const SECOND = "2025-11-22T22:15:00";
const NANOS = [0, 1, 999, 1000, 999_999_999] as const;
// Characters that mean something in a pattern, in a URL or in JSON, and names that hold each other.
const NAMES = ["a", "A", "a/b", "50%", "a_b", "b\\", `"`, "é😀", "*"] as const;
const ACTORS = ["", ...NAMES, "axb", "node-1"] as const;
const PATTERNS = [...ACTORS, "a*", "*b", "a*b", "%", "_", "node-*1", "**", "*-*"] as const;
const STATUSES: readonly ExecutionStatus[] = [
  { name: "Pending" },
  { name: "Running" },
  { name: "Completed" },
  { name: "Cancelled" },
  { name: "Failed", error: "" },
  { name: "Failed", error: "boom" },
];

const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: null, freq: 2 });
const maybeNot = <T>(values: readonly T[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });

const traces: fc.Arbitrary<ModelTrace[]> = fc.array(
  fc.record({
    flowName: maybe(NAMES),
    flowId: fc.constantFrom("", ...NAMES),
    service: maybe(["s", "S"]),
    environment: maybe(["prod", ""]),
    executionId: fc.constantFrom(idOf(900), idOf(901)),
    status: fc.constantFrom(...STATUSES),
    startNanos: fc.constantFrom(...NANOS),
    actors: fc.uniqueArray(fc.constantFrom(...ACTORS), { maxLength: 3 }),
  }),
  { maxLength: 8 },
).map((list) => list.map((trace, n) => ({ ...trace, id: idOf(n + 1) })));

const listFilter = fc.record({
  flow: maybeNot(["", ...NAMES]),
  service: maybeNot(["s", "S", ""]),
  environment: maybeNot(["prod", ""]),
  status: maybeNot(STATUSES.map(({ name }) => name)),
  actor: maybeNot(PATTERNS),
  from: maybeNot(NANOS),
  to: maybeNot(NANOS),
});

const wireQuery = fc.record({
  flowId: maybeNot(["", ...NAMES]),
  executionId: maybeNot([idOf(900), idOf(901), idOf(902)]),
  range: maybeNot(NANOS.flatMap((from) => NANOS.map((until) => [from, until] as const))),
  status: maybeNot(STATUSES),
  actorPart: maybeNot(["", "a", "b", "%", "_", "*", "\\", "😀", "de-"]),
  limit: maybeNot([0, 1, 3]),
  offset: maybeNot([0, 1, 20]),
});

/** Every combination of filters finds what a plain filter over a list finds, over HTTP and as `QueryTraces`. */
export async function filterModelContract(t: Deno.TestContext, store: TestStore): Promise<void> {
  const answerQuery = createAnswerQuery({ db: store.db, log: nullLogger });

  await t.step("a list of traces is what a model finds, with every combination of filters", async () => {
    await fc.assert(
      fc.asyncProperty(
        traces,
        fc.array(listFilter, { minLength: 5, maxLength: 10 }),
        async (list, filters) => {
          await fill(store, list);
          for (const { from, to, ...names } of filters) {
            const query = new URLSearchParams({ limit: "3" });
            for (const [name, value] of Object.entries(names)) {
              if (value !== undefined) query.set(name, value);
            }
            if (from !== undefined) query.set("from", timeOf(from));
            if (to !== undefined) query.set("to", timeOf(to));
            const expected = list.filter((trace) =>
              is(names.service, trace.service) && is(names.environment, trace.environment) &&
              is(names.status, trace.status.name) &&
              (is(names.flow, trace.flowName) || is(names.flow, trace.flowId)) &&
              (from === undefined || trace.startNanos >= from) &&
              (to === undefined || trace.startNanos < to) &&
              (names.actor === undefined || trace.actors.some(globOf(names.actor)))
            );
            const found = await readAll(store, `/api/v1/traces?${query}`, "trace_id");
            assert.deepEqual(found, newestFirst(expected), `${query}`);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  await t.step("QueryTraces is what a model finds, with every combination of filters", async () => {
    await fc.assert(
      fc.asyncProperty(
        traces,
        fc.array(wireQuery, { minLength: 5, maxLength: 10 }),
        async (list, queries) => {
          await fill(store, list);
          for (const query of queries) {
            const { actorPart: part, range, limit, offset = 0 } = query;
            const expected = list.filter((trace) =>
              is(query.flowId, trace.flowId) && is(query.executionId, trace.executionId) &&
              (query.status === undefined || encodeStatus(query.status) === encodeStatus(trace.status)) &&
              (range === undefined || (trace.startNanos >= range[0] && trace.startNanos <= range[1])) &&
              (part === undefined || trace.actors.some((actor) => actor.includes(part)))
            );
            const request = parseRequest(frameOf(query));
            assert.ok(isQueryRequest(request));
            const { QueryResults: results } = JSON.parse(await answerQuery(request));
            const end = limit === undefined ? undefined : offset + limit;
            assert.deepEqual(
              results.traces.map((trace: { readonly trace_id: string }) => trace.trace_id),
              newestFirst(expected).slice(offset, end),
              frameOf(query),
            );
            assert.equal(results.total_count, expected.length);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
}

async function fill(store: TestStore, list: readonly ModelTrace[]): Promise<void> {
  await store.clear();
  for (const trace of list) {
    const { id, flowName, flowId, service, environment, executionId, status, startNanos, actors } = trace;
    const row = traceRow(1, {
      trace_id: id,
      flow_name: flowName,
      flow_id: flowId,
      service,
      environment,
      execution_id: executionId,
      status: status.name,
      error: status.name === "Failed" ? status.error : null,
      start_time: `${SECOND}.${digits(Math.floor(startNanos / 1000), 6)}Z`,
      start_nanos: String(startNanos % 1000),
    });
    await store.insert("traces", row);
    for (const actor of actors) await store.insert("trace_actors", { trace_id: id, actor_id: actor });
  }
}

function newestFirst(list: readonly ModelTrace[]): string[] {
  return list.toSorted((a, b) => b.startNanos - a.startNanos || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
}

function is<T>(wanted: T | undefined, found: T | null): boolean {
  return wanted === undefined || wanted === found;
}

/** `*` stands for any text, everything else for itself. */
function globOf(pattern: string): (text: string) => boolean {
  const source = pattern.split("*").map((part) => RegExp.escape(part)).join(".*");
  const expression = new RegExp(`^${source}$`, "su");
  return (text) => expression.test(text);
}

function frameOf(query: typeof wireQuery extends fc.Arbitrary<infer Query> ? Query : never): string {
  const { range, status } = query;
  return JSON.stringify({
    QueryTraces: {
      query: {
        flow_id: query.flowId,
        execution_id: query.executionId,
        time_range: range?.map(timeOf),
        status: status?.name === "Failed" ? { Failed: { error: status.error } } : status?.name,
        actor_filter: query.actorPart,
        limit: query.limit,
        offset: query.offset,
      },
    },
  });
}

function timeOf(nanos: number): string {
  return `${SECOND}.${digits(nanos, 9)}Z`;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
