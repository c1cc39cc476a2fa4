/**
 * Sessions: what one connection's frames mean. Used by the collector and by central alike.
 *
 * I1 The connection is the trace boundary. A frame's `trace_id` counts only when this session was told that id, by
 *    our `TraceStarted` or by a `StoreTrace` of the session.
 * I2 Events before `StartTrace` open a provisional trace, which the first `StartTrace` adopts under the same id.
 * I3 A later `StartTrace` ends the current trace and opens a new one; an event older than the new trace's
 *    `version.timestamp` still belongs to an earlier one, ended or not.
 * I4 Every trace that was opened is ended: at the latest by `end()`. A failure that arrives after the end is
 *    followed by a second `end` with the changed status and the same time.
 * I5 An event id that comes again within the last thousand is a repetition: answered, not stored.
 * I6 Answers leave in the order of the requests.
 * I7 Memory per session is bounded: ids, earlier traces and stored ids each have a limit.
 *
 * When records could not be stored, nobody knows which: the next ones are preceded by the announcements and ends of
 * all known traces, and event ids are forgotten, so that a client that sends its events again is heard.
 */
export { AnswerQueue } from "./answer_queue.ts";
export { type LabelDefaults, labelsFromUrl, type UrlLabels } from "./labels.ts";
export { type AcceptedEvent, Session, type SessionOptions, type Step } from "./session.ts";
export type { EventTrace, SessionTrace } from "./session_traces.ts";
export type { FailurePolicy } from "./status_policy.ts";
