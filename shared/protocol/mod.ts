/**
 * The Reflow tracing protocol: frames in, requests understood, answers out.
 *
 * I1 Accept leniently: what the real client fills with zeros, noise or nothing is never required; unknown fields
 *    and event types are kept in the text.
 * I2 Answer strictly: every answer can be read by a serde peer.
 * I3 The text of a frame is never rewritten on its way to the store. `JSON.parse` is used to look, not to keep.
 * I4 A frame that cannot be understood is a value (`Refusal`) that says what and where, never an exception.
 */
export {
  errorAnswer,
  EVENT_RECORDED,
  eventNotification,
  eventNotRecorded,
  flowVersions,
  legacyErrorAnswer,
  metricsAnswer,
  PONG,
  queryResults,
  traceData,
  traceStarted,
  traceStored,
  type WireMetrics,
} from "./answers.ts";
export { type StoredEvent, takeEvent } from "./take_event.ts";
export { parseEventHead } from "./event_head.ts";
export { messageTypeName } from "./discriminant.ts";
export { type FrameText, readFrame } from "./frame.ts";
export { MAX_NESTING } from "./_nesting.ts";
export { parseRequest } from "./parse_request.ts";
export type {
  EventHead,
  EventTypeFilter,
  Refusal,
  Request,
  SubscriptionFilters,
  TraceQuery,
  WireErrorCode,
} from "./request.ts";
export { encodeStatus, type ExecutionStatus, parseStatus, STATUS_NAMES, type StatusName } from "./status.ts";
export { strictEvent, strictMetadata, strictVersion } from "./strict.ts";
export {
  compareTimestamps,
  formatTimestamp,
  isTimestamp,
  parseTimestamp,
  type Timestamp,
  timestampOfMs,
} from "./timestamp.ts";
