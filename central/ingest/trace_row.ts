import type { StreamId, Uuid } from "@reflow/shared/ids";
import { type Timestamp, timestampOfMs } from "@reflow/shared/protocol";
import { columnText, MAX_ERROR_CHARS, timeColumns, timeText } from "../store/mod.ts";
import type { EndedTrace, OpenedTrace, StoredTrace } from "./slot.ts";

/** Actors of one trace that one batch adds; a batch with more is no program's. */
export const MAX_ACTORS_PER_BATCH = 4096;

/** What one batch says about one trace, folded together. */
export interface TraceChange {
  readonly traceId: Uuid;
  readonly session: number;
  readonly receivedAtMs: number;
  /** Time of the first record in the batch that is about the trace, should nothing else be known of it. */
  readonly firstTime: Timestamp;
  /** The batch stores the trace whole: what was there before is gone. */
  stored: StoredTrace | undefined;
  opened: OpenedTrace | undefined;
  ended: EndedTrace | undefined;
  events: number;
  failures: number;
  firstError: string | undefined;
  readonly actors: Set<string>;
  /** Lines for `tracing.events`. */
  rows: string[];
}

/** Columns of `tracing.traces` as JSON gives them to PostgreSQL. */
export type TraceRow = Readonly<Record<string, string | number | null | Readonly<Record<string, string>>>>;

/**
 * The row to insert for a change. Against a row that exists, `UPSERT_TRACES` tells by it what the batch knows: an
 * `execution_id` means that the trace was opened, an `end_time` that it was ended.
 */
export function traceRow(change: TraceChange, stream: StreamId): TraceRow {
  const { stored, opened, ended } = change;
  const source = stored ?? opened;
  const start = timeColumns(source?.startedAt ?? change.firstTime);
  return {
    trace_id: change.traceId,
    collector_id: stream.collector,
    stream_id: stream.stream,
    session: change.session,
    execution_id: source?.executionId ?? null,
    flow_name: source?.labels.flow ?? null,
    flow_id: columnText(source?.flowId ?? ""),
    service: source?.labels.service ?? null,
    environment: source?.labels.environment ?? null,
    host: source?.labels.host ?? null,
    labels: source?.labels.labels ?? {},
    start_time: start.time,
    start_nanos: start.nanos,
    ...(stored === undefined ? sessionEnd(ended) : storedEnd(stored)),
    event_count: change.events,
    failure_count: change.failures,
    first_error: change.firstError === undefined ? null : columnText(change.firstError, MAX_ERROR_CHARS),
    start_body: stored === undefined ? opened?.startBody ?? null : null,
    stored_trace: stored?.traceText ?? null,
    received_at: timeText(change.receivedAtMs),
  };
}

function sessionEnd(ended: EndedTrace | undefined): TraceRow {
  if (ended === undefined) {
    return {
      origin: "session",
      end_time: null,
      end_nanos: 0,
      status: "Running",
      error: null,
      end_reason: null,
    };
  }
  const end = timeColumns(timestampOfMs(ended.endedAtMs));
  return {
    origin: "session",
    end_time: end.time,
    end_nanos: end.nanos,
    status: ended.status,
    error: ended.error === null ? null : columnText(ended.error, MAX_ERROR_CHARS),
    end_reason: columnText(ended.reason),
  };
}

function storedEnd({ status, endedAt }: StoredTrace): TraceRow {
  const end = endedAt === undefined ? undefined : timeColumns(endedAt);
  return {
    origin: "stored",
    end_time: end?.time ?? null,
    end_nanos: end?.nanos ?? 0,
    status: status.name,
    error: status.name === "Failed" ? columnText(status.error, MAX_ERROR_CHARS) : null,
    end_reason: null,
  };
}
