import { assertPeerReads } from "./serde_peer.ts";

/**
 * Checks that a Rust monitor could read an answer: the older family's own names as `TraceResponse`, everything else as
 * `TracingResponse`.
 *
 * @throws PeerRefusal with the path of what it could not read.
 */
export function assertAnswer(text: string): void {
  const isLegacy = /^\{"(?:TraceStored|Metrics)"/.test(text) ||
    /^\{"Error":\{"message":"(?:[^"\\]|\\.)*"\}\}$/.test(text);
  assertPeerReads(text, isLegacy ? "TraceResponse" : "TracingResponse");
}
