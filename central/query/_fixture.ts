import { Hono } from "hono";
import { nullLogger } from "@reflow/shared/telemetry";
import { migrate, openDatabase } from "../store/mod.ts";
import { createAnswerQuery } from "./answer_query.ts";
import type { QueryDatabase } from "./database.ts";
import { withHttpErrors } from "./http_errors.ts";
import { queryRoutes } from "./routes.ts";

/** A store for tests, with the schema in it. */
export interface TestStore extends AsyncDisposable {
  readonly db: QueryDatabase;
  /** Empties every table. */
  clear(): Promise<void>;
  insert(table: string, row: Row): Promise<void>;
  /** What the JSON API answers. */
  get(path: string): Promise<{ readonly status: number; readonly body: string; readonly json: Json }>;
}

/** Columns and their values as text. */
export type Row = Readonly<Record<string, string | null>>;

/** A parsed answer, for tests to look into. */
export type Json = {
  readonly [name: string]: unknown;
};

/** Ids that differ in their last digits, in the order of `n`. */
export function idOf(n: number): string {
  return `0199c0de-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** An event as a client may send it: spacing, digits, escapes and unknown members that must survive. */
export function eventText(n: number, actor = "a"): string {
  return `{ "event_id":"${
    idOf(n)
  }", "timestamp":"2025-11-22T22:15:00Z","event_type":"ActorCompleted","actor_id":${
    JSON.stringify(actor)
  },"data":{"performance_metrics":{"execution_time_ns":18446744073709551615,"cpu_usage_percent":1.0},` +
    `"custom_attributes":{"__proto__":1e400,"s":"\\ud800\\u0000"},"error":null},"later":[] }`;
}

/** A row of `tracing.traces`. */
export function traceRow(n: number, columns: Row = {}): Row {
  return {
    trace_id: idOf(n),
    origin: "session",
    collector_id: idOf(1),
    stream_id: idOf(2),
    session: "1",
    start_time: "2025-11-22 22:15:00+00",
    status: "Running",
    received_at: "2025-11-22 22:15:01+00",
    ...columns,
  };
}

/** A row of `tracing.events`. */
export function eventRow(trace: number, sequence: number, columns: Row = {}): Row {
  return {
    trace_id: idOf(trace),
    timestamp: "2025-11-22 22:15:00+00",
    nanos: "0",
    sequence: String(sequence),
    position: "0",
    stream_id: idOf(2),
    event_id: idOf(sequence),
    event_type: "ActorCompleted",
    actor_id: "a",
    received_at: "2025-11-22 22:15:01+00",
    event: eventText(sequence),
    ...columns,
  };
}

/** Opens an empty store with the schema; in memory unless an address is given. */
export async function openTestStore(url = "pglite://memory"): Promise<TestStore> {
  const options = { maxConnections: 4, connectTimeoutMs: 5000, statementTimeoutMs: 30_000, log: nullLogger };
  const database = await openDatabase(url, options);
  await migrate(database, nullLogger);
  return testStore(database, async () => await database[Symbol.asyncDispose]());
}

function testStore(db: QueryDatabase, close: () => Promise<void>): TestStore {
  const answerQuery = createAnswerQuery({ db, log: nullLogger });
  const app = withHttpErrors(new Hono(), { log: nullLogger });
  app.route("/", queryRoutes({ db, log: nullLogger, answerQuery }));
  return {
    db,
    async clear() {
      for (const table of ["traces", "trace_actors", "events", "streams", "dead_letters"]) {
        await db.query(`DELETE FROM tracing.${table}`, []);
      }
    },
    async insert(table, row) {
      // The types of the columns are found by the server; a text is read as whichever it is.
      const columns = Object.keys(row).join(", ");
      const literals = Object.values(row).map(sqlLiteral).join(", ");
      await db.query(`INSERT INTO tracing.${table} (${columns}) VALUES (${literals})`, []);
    },
    async get(path) {
      const response = await app.request(path);
      const body = await response.text();
      return { status: response.status, body, json: JSON.parse(body) };
    },
    [Symbol.asyncDispose]: close,
  };
}

function sqlLiteral(value: string | null): string {
  return value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`;
}

/** Follows a list to its end and gives one member of every item; every page must tell the same total. */
export async function readAll(
  store: Pick<TestStore, "get">,
  path: string,
  member: string,
): Promise<unknown[]> {
  const found: unknown[] = [];
  const totals = new Set<unknown>();
  let cursor = "";
  do {
    const { json, body } = await store.get(path + cursor);
    const items = Object.values(json)[0];
    if (!Array.isArray(items)) throw new Error(`Cannot read list ${path}: ${body}`);
    found.push(...items.map((item: Json) => item[member]));
    totals.add(json["total_count"]);
    const next = json["next_cursor"];
    cursor = typeof next === "string" ? `${path.includes("?") ? "&" : "?"}cursor=${next}` : "";
  } while (cursor !== "");
  if (totals.size !== 1 || !totals.has(found.length)) {
    throw new Error(`Cannot trust list ${path}: ${found.length} items, totals ${[...totals]}`);
  }
  return found;
}
