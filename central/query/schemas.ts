import { type TSchema, Type } from "typebox";
import { STATUS_NAMES } from "@reflow/shared/protocol";

const uuid = Type.String({ format: "uuid" });
const time = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });
const optional = (schema: TSchema) => Type.Union([schema, Type.Null()]);

/** A `FlowVersion` as sent. */
export const versionSchema = Type.Object({
  major: count,
  minor: count,
  patch: count,
  git_hash: optional(Type.String()),
  timestamp: time,
});

const statusSchema = Type.Union([
  Type.String({ enum: STATUS_NAMES.filter((name) => name !== "Failed") }),
  Type.Object({ Failed: Type.Object({ error: Type.String() }) }),
]);

const metadataSchema = Type.Object({
  user_id: optional(Type.String()),
  session_id: optional(Type.String()),
  environment: Type.String(),
  hostname: Type.String(),
  process_id: count,
  thread_id: Type.String(),
  tags: Type.Record(Type.String(), Type.String()),
});

const traceMembers = {
  trace_id: uuid,
  flow_id: Type.String(),
  execution_id: uuid,
  version: versionSchema,
  start_time: time,
  end_time: optional(time),
  status: statusSchema,
};

/** A `TraceEvent` as sent; members that the protocol does not know are kept. */
export const eventSchema = Type.Object({
  event_id: uuid,
  timestamp: time,
  event_type: Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())]),
  actor_id: Type.String(),
  data: Type.Optional(Type.Unknown()),
  causality: Type.Optional(Type.Unknown()),
});

/** A complete `FlowTrace`. */
export const traceSchema = Type.Object({
  ...traceMembers,
  events: Type.Array(eventSchema),
  metadata: metadataSchema,
});

/** A trace in a list. */
export const listedTraceSchema = Type.Object({
  ...traceMembers,
  metadata: metadataSchema,
  summary: Type.Object({
    flow: Type.String({ description: "Name of the flow, or the client's id where it has none" }),
    flow_name: optional(Type.String()),
    service: optional(Type.String()),
    environment: optional(Type.String()),
    host: optional(Type.String()),
    origin: Type.String({ enum: ["session", "stored"] }),
    started: Type.Boolean({ description: "Whether a StartTrace came" }),
    status_inferred: Type.Boolean({ description: "Whether we concluded the status; no message says it" }),
    end_reason: optional(Type.String()),
    received_at: time,
    collector_id: uuid,
    stream_id: uuid,
    event_count: count,
    failure_count: count,
    session: count,
    labels: Type.Record(Type.String(), Type.String()),
  }),
});

/** A flow and its traces in numbers. */
export const flowSchema = Type.Object({
  flow: Type.String(),
  flow_name: optional(Type.String()),
  flow_id: optional(Type.String({ description: "Only where the flow has no name" })),
  first_start_time: time,
  last_start_time: time,
  trace_count: count,
  running_count: count,
  completed_count: count,
  failed_count: count,
  event_count: count,
  services: Type.Array(Type.String()),
});

/** Watermark and ledger of a stream. */
export const streamSchema = Type.Object({
  collector_id: uuid,
  stream_id: uuid,
  watermark: count,
  records_stored: count,
  records_dead: count,
  records_dropped: count,
  events_stored: count,
  dropped_by_reason: Type.Record(Type.String(), count),
  first_seen_at: time,
  last_seen_at: time,
  lost_at: optional(time),
});

/** A record that could not be stored, and why. */
export const deadLetterSchema = Type.Object({
  collector_id: uuid,
  stream_id: uuid,
  sequence: count,
  reason: Type.String(),
  record: Type.String({ description: "U+FFFD stands for what is not UTF-8" }),
  record_base64: optional(Type.String({ description: "Only where the record is not UTF-8" })),
  received_at: time,
});

/** The answer of a list. */
export function listSchema(name: string, item: TSchema): TSchema {
  return Type.Object({
    [name]: Type.Array(item),
    total_count: count,
    next_cursor: optional(Type.String()),
  });
}

/** What every failure answers. */
export const errorSchema = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    hint: Type.Optional(Type.String()),
    id: Type.Optional(uuid),
  }),
});
