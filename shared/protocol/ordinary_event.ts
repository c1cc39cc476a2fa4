import type { Uuid } from "../ids/mod.ts";
import type { Request } from "./request.ts";
import { isTimestamp } from "./timestamp.ts";

/** Hex digits as a Rust sender writes them. */
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
/** A text that needs no escape. */
const PLAIN = String.raw`[^"\\\u0000-\u001f]*`;
const TIME = String
  .raw`20\d\d-(?:0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z`;
const MESSAGE = String
  .raw`\{"message_type":"${PLAIN}","size_bytes":(?:0|[1-9]\d{0,18}),"checksum":"${PLAIN}","serialized_data":\[\]\}`;
const NOT_MEASURED = String
  .raw`\{"execution_time_ns":0,"memory_usage_bytes":0,"cpu_usage_percent":0\.0,"queue_depth":0,"throughput_msgs_per_sec":0\.0\}`;

/** The one form in which the library writes its events (protocol sections 6 and 8), character by character. */
const ORDINARY = new RegExp(
  `^\\{"RecordEvent":\\{"trace_id":"(${UUID})","event":\\{"event_id":"(${UUID})","timestamp":"(${TIME})",` +
    `"event_type":(?:"(?!DataFlow")([A-Za-z]+)"|\\{"DataFlow":\\{"to_actor":"(${PLAIN})","to_port":"(${PLAIN})"\\}\\}),` +
    `"actor_id":"(${PLAIN})","data":\\{"port":(?:null|"${PLAIN}"),"message":(?:null|${MESSAGE}),"state_diff":null,` +
    `"error":(?:null|"(${PLAIN})"),"performance_metrics":${NOT_MEASURED},"custom_attributes":\\{\\}\\},` +
    `"causality":\\{"parent_event_id":null,"root_cause_event_id":"${UUID}","dependency_chain":\\[\\],` +
    `"span_id":"${PLAIN}"\\}\\}\\}\\}$`,
);

/**
 * Reads an event in the form that the library itself writes, at half the cost of `JSON.parse` and its checks
 * (`parse_bench.ts`). What matches is valid JSON and an event that the general path reads the same way; everything
 * else is `undefined` and goes there.
 */
export function parseOrdinaryEvent(text: string): Extract<Request, { kind: "record_event" }> | undefined {
  const match = ORDINARY.exec(text);
  if (match === null) return undefined;
  const [, traceId = "", eventId = "", timestamp = "", day = "", name, toActor, toPort, actorId = "", error] =
    match;
  // Only some months have these days.
  if (day > "28" && !isTimestamp(timestamp)) return undefined;
  return {
    kind: "record_event",
    clientTraceId: traceId as Uuid,
    event: {
      eventId: eventId as Uuid,
      timestamp,
      eventType: name ?? "DataFlow",
      actorId,
      toActor,
      toPort,
      error,
    },
  };
}
