import { messageTypeName, parseTimestamp, type Timestamp } from "@reflow/shared/protocol";
import { member, printable } from "./table.ts";

/** Events shown at most; the middle of a longer trace is left out. */
const MAX_LINES = 30;

/**
 * Draws the events of one trace as a timeline: time since the first event, a mark on a scale, the actor, what it did.
 * Times are the sender's own, in the order of time.
 */
export function drawTimeline(events: readonly unknown[], options: { readonly width: number }): string {
  const timed = events.flatMap((event) => {
    const time = parseTimestamp(member(event, "timestamp"));
    return time === undefined ? [] : [{ event, time }];
  });
  const first = timed[0]?.time;
  const last = timed.at(-1)?.time;
  if (first === undefined || last === undefined) return "no events";
  const totalMs = Math.max(millisBetween(first, last), 0.001);
  const lines = timed.map(({ event, time }) => {
    const ms = millisBetween(first, time);
    const at = Math.min(options.width - 1, Math.max(0, Math.floor(ms / totalMs * options.width)));
    const scale = `${"·".repeat(at)}${mark(event)}${"·".repeat(options.width - 1 - at)}`;
    return `${ms.toFixed(3).padStart(11)} ms  ${scale}  ${printable(describe(event))}`;
  });
  if (lines.length <= MAX_LINES) return lines.join("\n");
  const left = lines.length - MAX_LINES;
  const gap = `${" ".repeat(16)}… ${left} more events …`;
  return [...lines.slice(0, MAX_LINES - 5), gap, ...lines.slice(-5)].join("\n");
}

function millisBetween(from: Timestamp, to: Timestamp): number {
  return (to.unixSeconds - from.unixSeconds) * 1000 + (to.nanos - from.nanos) / 1e6;
}

function mark(event: unknown): string {
  const type = member(event, "event_type");
  if (type === "ActorFailed") return "✗";
  if (type === "ActorCompleted") return "●";
  return member(type, "DataFlow") === undefined ? "○" : "→";
}

function describe(event: unknown): string {
  const actor = String(member(event, "actor_id") ?? "");
  const type = member(event, "event_type");
  const data = member(event, "data");
  const port = member(data, "port");
  const from = typeof port === "string" ? `${actor}.${port}` : actor;
  const message = member(member(data, "message"), "message_type");
  const what = typeof message === "string" ? ` ${messageTypeName(message)}` : "";
  const flow = member(type, "DataFlow");
  if (flow !== undefined) return `${from} → ${member(flow, "to_actor")}.${member(flow, "to_port")}${what}`;
  const error = member(data, "error");
  const reason = typeof error === "string" ? `: ${error}` : "";
  return `${from} ${String(typeof type === "string" ? type : JSON.stringify(type))}${what}${reason}`;
}
