import { parseUuid, type Uuid } from "@reflow/shared/ids";
import { encodeRecord, type LostBody } from "@reflow/shared/record";
import { encodeBlock } from "@reflow/shared/record";
import { ActiveSegment } from "./active_segment.ts";
import { encodeClosed } from "./cursor.ts";
import type { SpoolFs } from "./fs.ts";
import { CLOSED_FILE } from "./names.ts";
import type { DiskUsage, StreamState } from "./stream_state.ts";

const NIL: Uuid | undefined = parseUuid("00000000-0000-0000-0000-000000000000");

/** The last record of a stream: whatever traces it still has open end here. Central takes it any number of times. */
export function lastRecord(nowMs: number): string {
  const body: LostBody = { reason: "lost", endedAtMs: nowMs };
  if (NIL === undefined) throw new TypeError("Cannot make the last record: the nil id does not parse");
  return encodeRecord({
    kind: "lost",
    receivedAtMs: nowMs,
    session: 0,
    traceId: NIL,
    text: JSON.stringify(body),
  });
}

/** Says that the stream has ended. Losing the file in a crash costs one more last record. */
export async function markClosed(fs: SpoolFs, state: StreamState): Promise<void> {
  await fs.replace(`${state.folder}/${CLOSED_FILE}`, encodeClosed(state.next), { durable: false });
  state.isClosed = true;
}

/**
 * Ends a stream whose writer is gone: the last record, in a segment of its own and on disk on return, then the
 * mark. Throws whatever the system threw; the stream is then as before and the call can be repeated.
 */
export async function endStream(
  deps: { readonly fs: SpoolFs; readonly usage: DiskUsage },
  state: StreamState,
  nowMs: number,
): Promise<void> {
  const block = encodeBlock([lastRecord(nowMs)], {
    codec: "zstd",
    firstSequence: state.next,
    firstReceivedAtMs: nowMs,
  });
  const active = ActiveSegment.create(deps.fs, state, state.next);
  try {
    active.append(block);
    active.syncNow();
  } finally {
    await active.close();
  }
  deps.usage.bytes += active.commit(nowMs);
  state.next++;
  state.notify();
  await markClosed(deps.fs, state);
}
