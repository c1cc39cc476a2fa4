/**
 * Branded identifiers. Only the parsers and makers here produce them, so a value of such a type has been
 * checked once, at the edge where it came in.
 */
export { newUuid, parseUuid, type Uuid } from "./uuid.ts";
export { parseStreamId, type StreamId, streamIdText } from "./stream_id.ts";
