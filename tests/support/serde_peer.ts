/**
 * Reads JSON text the way upstream's Rust types do, and says where they would refuse it: every field present,
 * integers in range by their very digits, `null` only for an Option, only known variants, one key per enum, no lone
 * surrogates, at most 127 levels (serde_json refuses the 128th).
 */
import { isRawNumber, type LosslessValue, nestingDepth, parseLossless } from "@reflow/shared/json";

/** Checks a value found at a path; throws {@linkcode PeerRefusal}. */
type Check = (value: LosslessValue | undefined, path: string) => void;

/** What a Rust peer would not have read, and where. */
export class PeerRefusal extends Error {
  override readonly name = "PeerRefusal";
}

/** Names of the upstream types that a text can be checked against. */
export type PeerType =
  | "TracingResponse"
  | "TraceResponse"
  | "TraceEvent"
  | "FlowTrace"
  | "FlowVersion"
  | "TraceMetadata";

/**
 * Checks that a Rust peer can read the text.
 *
 * @throws PeerRefusal with the path of what it cannot read.
 */
export function assertPeerReads(text: string, type: PeerType): void {
  const value = parseLossless(text);
  if (nestingDepth(text) > MAX_NESTING) refuse("$", "nests too deep");
  if (!text.isWellFormed()) refuse("$", "is not UTF-8");
  wholeCharacters(value, "$");
  TYPES[type](value, "$");
}

/** serde_json counts down from 128 and refuses at zero. */
const MAX_NESTING = 127;
const UUID = /^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const RFC_3339 =
  /^([+-]\d{4,}|\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const u8 = integer(255n);
const u32 = integer(4294967295n);
const u64 = integer(18446744073709551615n);

const version = struct({ major: u32, minor: u32, patch: u32, git_hash: option(string), timestamp: time });

const event = struct({
  event_id: uuid,
  timestamp: time,
  event_type: variant({
    ActorCreated: undefined,
    ActorStarted: undefined,
    ActorCompleted: undefined,
    ActorFailed: undefined,
    MessageSent: undefined,
    MessageReceived: undefined,
    StateChanged: undefined,
    PortConnected: undefined,
    PortDisconnected: undefined,
    DataFlow: struct({ to_actor: string, to_port: string }),
    NetworkEvent: undefined,
  }),
  actor_id: string,
  data: struct({
    port: option(string),
    message: option(
      struct({ message_type: string, size_bytes: u64, checksum: string, serialized_data: list(u8) }),
    ),
    state_diff: option(struct({
      before: option(list(u8)),
      after: list(u8),
      diff_type: variant({ Full: undefined, Incremental: undefined, MemoryOnly: undefined }),
    })),
    error: option(string),
    performance_metrics: struct({
      execution_time_ns: u64,
      memory_usage_bytes: u64,
      cpu_usage_percent: float,
      queue_depth: u64,
      throughput_msgs_per_sec: float,
    }),
    custom_attributes: map(anyValue),
  }),
  causality: struct({
    parent_event_id: option(uuid),
    root_cause_event_id: uuid,
    dependency_chain: list(uuid),
    span_id: string,
  }),
});

const metadata = struct({
  user_id: option(string),
  session_id: option(string),
  environment: string,
  hostname: string,
  process_id: u32,
  thread_id: string,
  tags: map(string),
});

const trace = struct({
  trace_id: uuid,
  flow_id: string,
  execution_id: uuid,
  version,
  start_time: time,
  end_time: option(time),
  status: variant({
    Pending: undefined,
    Running: undefined,
    Completed: undefined,
    Failed: struct({ error: string }),
    Cancelled: undefined,
  }),
  events: list(event),
  metadata,
});

const errorCode = variant({
  NotFound: undefined,
  InvalidRequest: undefined,
  StorageError: undefined,
  SerializationError: undefined,
  Unauthorized: undefined,
  InternalError: undefined,
});

const TYPES: Readonly<Record<PeerType, Check>> = {
  TraceEvent: event,
  FlowTrace: trace,
  FlowVersion: version,
  TraceMetadata: metadata,
  TracingResponse: variant({
    TraceStarted: struct({ trace_id: uuid }),
    EventRecorded: struct({ success: boolean, error: option(string) }),
    TraceData: struct({ trace: option(trace) }),
    QueryResults: struct({ traces: list(trace), total_count: u64 }),
    FlowVersions: struct({ versions: list(version) }),
    Pong: undefined,
    EventNotification: struct({ trace_id: uuid, event }),
    Error: struct({ message: string, code: errorCode }),
  }),
  TraceResponse: variant({
    TraceStored: struct({ trace_id: uuid }),
    TracesFound: struct({ traces: list(trace) }),
    TraceData: struct({ trace }),
    Error: struct({ message: string }),
    Metrics: struct({ data: anyValue }),
  }),
};

function refuse(path: string, state: string): never {
  throw new PeerRefusal(`Cannot read ${path}: it ${state}`);
}

/** Unknown fields are ignored; a known one may not be missing, unless an Option reads the gap as `null`. */
function struct(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    const members = object(value, path);
    for (const [name, check] of Object.entries(checks)) {
      check(Object.hasOwn(members, name) ? members[name] : undefined, `${path}.${name}`);
    }
  };
}

/** Externally tagged: a bare name, or an object with the one key of a variant that has fields. */
function variant(checks: Readonly<Record<string, Check | undefined>>): Check {
  return (value, path) => {
    if (typeof value === "string") {
      if (!Object.hasOwn(checks, value)) refuse(path, `is the unknown variant "${value}"`);
      if (checks[value] !== undefined) refuse(path, `is "${value}" without its fields`);
      return;
    }
    const entries = Object.entries(object(value, path));
    const [name, body] = entries[0] ?? ["", undefined];
    if (entries.length !== 1) refuse(path, `has ${entries.length} keys`);
    if (!Object.hasOwn(checks, name)) refuse(path, `is the unknown variant "${name}"`);
    const check = checks[name];
    if (check !== undefined) check(body, `${path}.${name}`);
    else if (body !== null) refuse(path, `gives fields to "${name}"`);
  };
}

function option(check: Check): Check {
  return (value, path) => {
    // A serde peer reads a missing Option, but what we send has every key (protocol section 3).
    if (value === undefined) refuse(path, "is missing");
    if (value !== null) check(value, path);
  };
}

function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, "is not an array");
    value.forEach((item: LosslessValue, index) => check(item, `${path}[${index}]`));
  };
}

function map(check: Check): Check {
  return (value, path) => {
    for (const [name, item] of Object.entries(object(value, path))) check(item, `${path}.${name}`);
  };
}

function integer(max: bigint): Check {
  return (value, path) => {
    const text = digits(value, path);
    if (!/^\d+$/.test(text) || BigInt(text) > max) {
      refuse(path, `is ${text}, not an integer from 0 to ${max}`);
    }
  };
}

function float(value: LosslessValue | undefined, path: string): void {
  const text = digits(value, path);
  if (!Number.isFinite(Number(text))) refuse(path, `is ${text}, out of range`);
}

function digits(value: LosslessValue | undefined, path: string): string {
  return isRawNumber(value) ? value.rawJSON : refuse(path, `is ${kindOf(value)}, not a number`);
}

function string(value: LosslessValue | undefined, path: string): void {
  if (typeof value !== "string") refuse(path, `is ${kindOf(value)}, not a text`);
}

function boolean(value: LosslessValue | undefined, path: string): void {
  if (typeof value !== "boolean") refuse(path, `is ${kindOf(value)}, not true or false`);
}

function uuid(value: LosslessValue | undefined, path: string): void {
  if (typeof value !== "string" || !UUID.test(value)) refuse(path, `is ${kindOf(value)}, not a UUID`);
}

function time(value: LosslessValue | undefined, path: string): void {
  const match = typeof value === "string" ? RFC_3339.exec(value) : null;
  if (match === null) return refuse(path, `is ${kindOf(value)}, not an RFC 3339 time`);
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) refuse(path, "names no day");
  if (year < -262_143 || year > 262_142) refuse(path, "is beyond chrono's years");
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** `serde_json::Value`: anything, but a number must fit f64. */
function anyValue(value: LosslessValue | undefined, path: string): void {
  if (value === undefined) refuse(path, "is missing");
  if (isRawNumber(value)) return float(value, path);
  if (Array.isArray(value)) {
    value.forEach((item: LosslessValue, index) => anyValue(item, `${path}[${index}]`));
  } else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) anyValue(item, `${path}.${name}`);
  }
}

/** serde_json refuses an unpaired surrogate escape anywhere, in fields that it ignores as well. */
function wholeCharacters(value: LosslessValue, path: string): void {
  if (typeof value === "string") {
    if (!value.isWellFormed()) refuse(path, "holds half a character");
  } else if (Array.isArray(value)) {
    value.forEach((item: LosslessValue, index) => wholeCharacters(item, `${path}[${index}]`));
  } else if (typeof value === "object" && value !== null && !isRawNumber(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (!name.isWellFormed()) refuse(path, "has a name with half a character");
      wholeCharacters(item, `${path}.${name}`);
    }
  }
}

function object(value: LosslessValue | undefined, path: string): Readonly<Record<string, LosslessValue>> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isRawNumber(value)) {
    return refuse(path, `is ${kindOf(value)}, not an object`);
  }
  return value as Readonly<Record<string, LosslessValue>>;
}

function kindOf(value: LosslessValue | undefined): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 60);
}
