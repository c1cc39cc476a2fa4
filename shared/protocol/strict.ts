import { isRawNumber, type LosslessValue, parseLossless, type RawNumber, rawNumber } from "../json/mod.ts";
import { parseUuid } from "../ids/mod.ts";
import { KNOWN_EVENT_TYPES } from "./request.ts";
import { isTimestamp } from "./timestamp.ts";

/**
 * Values below an event may nest this deep in an answer: the wrappers of `TraceData` add four levels, and a Rust
 * peer stops at 128.
 */
const MAX_VALUE_NESTING = 96;
const NIL = "00000000-0000-0000-0000-000000000000";
const U64_MAX = 18446744073709551615n;
const U32_MAX = 4294967295n;
const F32_MAX = 3.4028235e38;

type Fields = { readonly [name: string]: LosslessValue };

/**
 * Writes an event the way a strict Rust peer must be able to read it (protocol section 5, "Strictness"): every
 * field present, integers in range, no `null` figures, only known event types (others become `NetworkEvent` with
 * the original in the attribute `reflow.event_type`), no lone surrogates, bounded nesting. Numbers keep their
 * digits.
 *
 * @param text JSON text of an event that `parseRequest` has accepted.
 */
export function strictEvent(text: string): string {
  const event = fields(parseLossless(text));
  const data = fields(event["data"]);
  const type = strictType(event["event_type"]);
  const attributes = { ...attributesOf(data["custom_attributes"]), ...type.attribute };
  return JSON.stringify({
    event_id: uuid(event["event_id"]),
    timestamp: timestamp(event["timestamp"]),
    event_type: type.value,
    actor_id: string(event["actor_id"]),
    data: {
      port: optionalString(data["port"]),
      message: strictMessage(data["message"]),
      state_diff: strictStateDiff(data["state_diff"]),
      error: optionalString(data["error"]),
      performance_metrics: strictMetrics(fields(data["performance_metrics"])),
      custom_attributes: attributes,
    },
    causality: strictCausality(fields(event["causality"])),
  });
}

/** Writes a `FlowVersion` for a strict peer. */
export function strictVersion(text: string): string {
  const version = fields(parseLossless(text));
  return JSON.stringify({
    major: integer(version["major"], U32_MAX),
    minor: integer(version["minor"], U32_MAX),
    patch: integer(version["patch"], U32_MAX),
    git_hash: optionalString(version["git_hash"]),
    timestamp: timestamp(version["timestamp"]),
  });
}

/** Writes a `TraceMetadata` for a strict peer. */
export function strictMetadata(text: string): string {
  const metadata = fields(parseLossless(text));
  const tags = Object.entries(fields(metadata["tags"])).flatMap(([name, value]) =>
    typeof value === "string" ? [[name.toWellFormed(), value.toWellFormed()]] : []
  );
  return JSON.stringify({
    user_id: optionalString(metadata["user_id"]),
    session_id: optionalString(metadata["session_id"]),
    environment: string(metadata["environment"]),
    hostname: string(metadata["hostname"]),
    process_id: integer(metadata["process_id"], U32_MAX),
    thread_id: string(metadata["thread_id"]),
    tags: Object.fromEntries(tags),
  });
}

function strictType(value: LosslessValue | undefined) {
  const none: Record<string, LosslessValue> = {};
  if (typeof value === "string" && KNOWN_EVENT_TYPES.some((name) => name === value && name !== "DataFlow")) {
    return { value, attribute: none };
  }
  const [name, body] = Object.entries(fields(value))[0] ?? ["", undefined];
  // serde reads {"ActorCreated":null} as the bare name; here it is written as one.
  if (name !== "DataFlow" && body === null && KNOWN_EVENT_TYPES.some((known) => known === name)) {
    return { value: name, attribute: none };
  }
  const flow = fields(value)["DataFlow"];
  if (flow !== undefined) {
    const target = fields(flow);
    const names = { to_actor: string(target["to_actor"]), to_port: string(target["to_port"]) };
    return { value: { DataFlow: names }, attribute: none };
  }
  return { value: "NetworkEvent", attribute: { "reflow.event_type": wellFormed(value ?? null, 0) } };
}

function strictMessage(value: LosslessValue | undefined) {
  if (value === null || value === undefined) return null;
  const message = fields(value);
  return {
    message_type: string(message["message_type"]),
    size_bytes: integer(message["size_bytes"], U64_MAX),
    checksum: string(message["checksum"]),
    serialized_data: bytes(message["serialized_data"]),
  };
}

function strictStateDiff(value: LosslessValue | undefined) {
  if (value === null || value === undefined) return null;
  const diff = fields(value);
  const type = diff["diff_type"];
  return {
    before: diff["before"] === null || diff["before"] === undefined ? null : bytes(diff["before"]),
    after: bytes(diff["after"]),
    diff_type: type === "Incremental" || type === "MemoryOnly" ? type : "Full",
  };
}

function strictMetrics(metrics: Fields) {
  return {
    execution_time_ns: integer(metrics["execution_time_ns"], U64_MAX),
    memory_usage_bytes: integer(metrics["memory_usage_bytes"], U64_MAX),
    cpu_usage_percent: float(metrics["cpu_usage_percent"], F32_MAX),
    queue_depth: integer(metrics["queue_depth"], U64_MAX),
    throughput_msgs_per_sec: float(metrics["throughput_msgs_per_sec"], Number.MAX_VALUE),
  };
}

function strictCausality(causality: Fields) {
  const chain = causality["dependency_chain"];
  const parent = parseUuid(causality["parent_event_id"]);
  return {
    parent_event_id: parent ?? null,
    root_cause_event_id: uuid(causality["root_cause_event_id"]),
    dependency_chain: Array.isArray(chain) ? chain.flatMap((id: LosslessValue) => parseUuid(id) ?? []) : [],
    span_id: string(causality["span_id"]),
  };
}

function attributesOf(value: LosslessValue | undefined): Record<string, LosslessValue> {
  const entries = Object.entries(fields(value));
  return Object.fromEntries(entries.map(([name, item]) => [name.toWellFormed(), wellFormed(item, 1)]));
}

/** A copy that serde_json can read: whole characters, numbers within f64, bounded nesting. */
function wellFormed(value: LosslessValue, depth: number): LosslessValue {
  if (typeof value === "string") return value.toWellFormed();
  if (value === null || typeof value === "boolean") return value;
  // serde_json refuses a number that overflows f64 instead of rounding it to infinity.
  if (isRawNumber(value)) return Number.isFinite(Number(value.rawJSON)) ? value : null;
  if (depth >= MAX_VALUE_NESTING) return null;
  if (Array.isArray(value)) return value.map((item: LosslessValue) => wellFormed(item, depth + 1));
  const entries = Object.entries(value).map(([name, item]) => [
    name.toWellFormed(),
    wellFormed(item, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function fields(value: LosslessValue | undefined): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value)
    ? value as Fields
    : {};
}

function string(value: LosslessValue | undefined): string {
  return typeof value === "string" ? value.toWellFormed() : "";
}

function optionalString(value: LosslessValue | undefined): string | null {
  return typeof value === "string" ? value.toWellFormed() : null;
}

function uuid(value: LosslessValue | undefined): string {
  return parseUuid(value) ?? NIL;
}

function timestamp(value: LosslessValue | undefined): string {
  return isTimestamp(value) ? value : "1970-01-01T00:00:00Z";
}

function integer(value: LosslessValue | undefined, max: bigint): RawNumber {
  const text = isRawNumber(value) ? value.rawJSON : "";
  if (/^\d{1,20}$/.test(text)) return rawNumber(BigInt(text) <= max ? text : "0");
  // serde takes an integer only by its exact spelling, so a whole number written as 1.0 or 1e3 is respelled.
  const number = text === "" ? 0 : Number(text);
  const isWhole = Number.isSafeInteger(number) && number > 0 && BigInt(number) <= max;
  return rawNumber(isWhole ? String(number) : "0");
}

function float(value: LosslessValue | undefined, max: number): RawNumber {
  const text = isRawNumber(value) ? value.rawJSON : "";
  return rawNumber(text !== "" && Math.abs(Number(text)) <= max ? text : "0.0");
}

function bytes(value: LosslessValue | undefined): LosslessValue[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: LosslessValue) =>
    isRawNumber(item) && /^\d{1,3}$/.test(item.rawJSON) && Number(item.rawJSON) <= 255 ? [item] : []
  );
}
