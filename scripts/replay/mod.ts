/**
 * Plays recordings of Reflow programs against a server, on the wire like the real client: what it sends, when it
 * sends it, and how it disappears.
 *
 * Invariants
 * - R1 Frames of a connection go out in the recorded order, unfragmented and masked, each in one write.
 * - R2 Nothing that a server answers delays or changes what is sent, unless `awaitAnswersMs` asks for a wait at the end.
 * - R3 A connection ends without a Close frame, after everything that was sent has left.
 * - R4 A frame is reported as sent only when the operating system has taken it whole.
 * - R5 No message shows a user, a password or a query, because tokens travel there.
 *
 * Layout: a recording is lines of JSON, `{"t":<ms>,"conn":<number>}` with one of `open` (path and query), `frame`
 * (the text), `close` (anything).
 *
 * Failure: a bad file is refused as a whole, its lines named by number. A connection that cannot be made or is lost
 * stays lost, as in the real client; the others go on, and the report says which and why.
 */
export { connectRaw, type RawClient, type RawClientOptions, type RawEnd } from "./raw_client.ts";
export { encodeClientFrame, OPCODE } from "./ws_frame.ts";
export {
  encodeUpgradeRequest,
  newWebSocketKey,
  parseWsUrl,
  upgradeProblem,
  type WsTarget,
} from "./handshake.ts";
export { readRecording, type RecordedConnection, type RecordedFrame, type Recording } from "./recording.ts";
export { replay, type ReplayOptions } from "./replay.ts";
export { type ConnectionId, type ConnectionReport, formatReport, type ReplayReport } from "./report.ts";
export type { AnswerKind } from "./answer_kind.ts";
export { ReplayError, type ReplayErrorCode } from "./replay_error.ts";
