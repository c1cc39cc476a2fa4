import { parseUuid, type Uuid } from "./uuid.ts";

/** Names one stream: which collector wrote it, and which of its runs. */
export interface StreamId {
  readonly collector: Uuid;
  readonly stream: Uuid;
}

/** Reads the two path segments of a stream's address; `undefined` unless both are UUIDs. */
export function parseStreamId(collector: string, stream: string): StreamId | undefined {
  const parsedCollector = parseUuid(collector);
  const parsedStream = parseUuid(stream);
  if (parsedCollector === undefined || parsedStream === undefined) return undefined;
  return { collector: parsedCollector, stream: parsedStream };
}

/** `<collector>/<stream>`, as it stands in addresses and logs. */
export function streamIdText(id: StreamId): string {
  return `${id.collector}/${id.stream}`;
}
