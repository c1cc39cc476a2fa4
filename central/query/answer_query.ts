import { Buffer } from "node:buffer";
import { AppError, unreachable } from "@reflow/shared/errors";
import { newUuid, parseUuid, type Uuid } from "@reflow/shared/ids";
import {
  errorAnswer,
  flowVersions,
  parseTimestamp,
  queryResults,
  type Request,
  strictEvent,
  strictVersion,
  traceData,
  type TraceQuery,
} from "@reflow/shared/protocol";
import type { Logger } from "@reflow/shared/telemetry";
import { readPage } from "./bounded_page.ts";
import { countOf, type QueryDatabase } from "./database.ts";
import { QueryError, quoted } from "./query_error.ts";
import { strictTrace } from "./strict_trace.ts";
import { countTracesSql, sumTracesSql, type TraceFilter, tracePage, type TraceRow } from "./trace_sql.ts";
import { findTrace, traceEvents } from "./traces.ts";
import { findVersions } from "./versions.ts";

/** A request of the protocol that reads what is stored. */
export type QueryRequest = Extract<
  Request,
  { readonly kind: "get_trace" | "query_traces" | "get_flow_versions" }
>;

/** Largest frame that a Reflow program or monitor reads (protocol section 2). */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Most traces and events of one `QueryResults`; its traces carry their events, and each trace costs a read. */
const MAX_ANSWER_TRACES = 1000;
const MAX_ANSWER_EVENTS = 10_000;
const TRACES_PER_READ = 100;

/** Whether a request is one that {@linkcode createAnswerQuery} answers. */
export function isQueryRequest(request: { readonly kind: string }): request is QueryRequest {
  return request.kind === "get_trace" || request.kind === "query_traces" ||
    request.kind === "get_flow_versions";
}

/**
 * Makes the function that answers a query of the protocol as a strict frame of at most 16 MiB. It does not throw:
 * a store that is away is an `Error` with the code `StorageError`, a bug one with `InternalError` and an id that
 * is in the log.
 *
 * @param options `apiUrl` where the JSON API is reached, named when an answer would be too large; empty for its path alone.
 */
export function createAnswerQuery(
  options: { readonly db: QueryDatabase; readonly log: Logger; readonly apiUrl?: string },
): (request: QueryRequest) => Promise<string> {
  const { db, log, apiUrl = "" } = options;
  return async function answerQuery(request) {
    try {
      return await answer(db, request, apiUrl);
    } catch (error) {
      if (error instanceof QueryError) return errorAnswer(withHint(error), "InvalidRequest");
      if (error instanceof AppError && error.retryable) {
        log.warn("The store did not answer", { request: request.kind, error });
        return errorAnswer("Cannot answer now: the store is not available", "StorageError");
      }
      const id = newUuid();
      log.error("A query failed", { request: request.kind, id, error });
      return errorAnswer(`Cannot answer: internal error ${id}`, "InternalError");
    }
  };
}

function withHint(error: QueryError): string {
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}

function answer(db: QueryDatabase, request: QueryRequest, apiUrl: string): Promise<string> {
  switch (request.kind) {
    case "get_trace":
      return getTrace(db, request.traceId, apiUrl);
    case "query_traces":
      return queryTraces(db, request.query, apiUrl);
    case "get_flow_versions":
      return getFlowVersions(db, request.flowId);
    default:
      return unreachable(request);
  }
}

async function getTrace(
  db: QueryDatabase,
  traceId: Uuid,
  apiUrl: string,
): Promise<string> {
  const row = await findTrace(db, traceId);
  if (row === undefined) return traceData(null);
  const hint = `read it page by page from ${apiUrl}/api/v1/traces/${traceId}/events`;
  const budget = createBudget(`trace "${traceId}"`, hint);
  return traceData(await strictTraceText(db, row, budget));
}

async function getFlowVersions(db: QueryDatabase, flowId: string): Promise<string> {
  const versions = await findVersions(db, flowId);
  if (versions === undefined) {
    return errorAnswer(`Cannot find versions: no trace of flow ${quoted(flowId)} is stored`, "NotFound");
  }
  return flowVersions(versions.map((version) => strictVersion(version.text)));
}

async function queryTraces(db: QueryDatabase, query: TraceQuery, apiUrl: string): Promise<string> {
  const filter = wireFilter(query);
  const total = await countOf(db, countTracesSql(filter));
  const offset = query.offset ?? 0;
  const wanted = Math.min(query.limit ?? Infinity, Math.max(total - offset, 0));
  if (wanted === 0) return queryResults([], total);
  const hint = `use a smaller limit, or GET ${apiUrl}/api/v1/traces`;
  if (wanted > MAX_ANSWER_TRACES) {
    throw tooLarge(`it finds ${wanted} traces, an answer holds at most ${MAX_ANSWER_TRACES}`, hint);
  }
  const sums = sumTracesSql(filter, offset, wanted);
  const events = Number((await db.query<{ events: string }>(sums.sql, sums.params))[0]?.events ?? 0);
  if (events > MAX_ANSWER_EVENTS) {
    throw tooLarge(
      `it finds traces with ${events} events, an answer holds at most ${MAX_ANSWER_EVENTS}`,
      hint,
    );
  }
  const budget = createBudget("the result", hint);
  const traces: string[] = [];
  let after: readonly string[] | undefined;
  while (traces.length < wanted) {
    const place = after === undefined ? { offset } : { after };
    const limit = Math.min(TRACES_PER_READ, wanted - traces.length);
    const page: { readonly rows: readonly TraceRow[] } = await readPage<TraceRow>(
      db,
      tracePage(filter, place, limit),
    );
    for (const row of page.rows) {
      traces.push(await strictTraceText(db, row, budget));
      after = [row.start_ns, row.trace_id];
    }
    if (page.rows.length === 0) break;
  }
  return queryResults(traces, total);
}

/** Semantics of the reference server (protocol section 7, "Queries"). */
function wireFilter(query: TraceQuery): TraceFilter {
  return {
    flowId: query.flowId,
    executionId: query.executionId,
    from: parseTimestamp(query.timeRange?.[0]),
    until: parseTimestamp(query.timeRange?.[1]),
    status: query.status?.name,
    error: query.status?.name === "Failed" ? query.status.error : undefined,
    actorPart: query.actorFilter,
  };
}

/** Counts the bytes of an answer; `spend` throws once they are too many. */
interface Budget {
  spend(text: string): string;
}

function createBudget(what: string, hint: string): Budget {
  // Room for what stands around the traces: names, brackets, the count.
  let left = MAX_ANSWER_BYTES - 256;
  return {
    spend(text) {
      left -= Buffer.byteLength(text) + 1;
      if (left < 0) throw tooLarge(`${what} needs more than ${MAX_ANSWER_BYTES} bytes`, hint);
      return text;
    },
  };
}

async function strictTraceText(db: QueryDatabase, row: TraceRow, budget: Budget): Promise<string> {
  const traceId = parseUuid(row.trace_id);
  const events: string[] = [];
  budget.spend(strictTrace(row, []));
  if (traceId !== undefined) {
    for await (const rows of traceEvents(db, row, { traceId })) {
      for (const { event } of rows) events.push(budget.spend(strictEvent(event)));
    }
  }
  return strictTrace(row, events);
}

function tooLarge(state: string, hint: string): QueryError {
  return new QueryError(`Cannot answer in one frame: ${state}`, { code: "ERR_QUERY_TOO_LARGE", hint });
}
