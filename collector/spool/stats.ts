import type { DiskUsage, StreamState } from "./stream_state.ts";
import type { SpoolStats, StreamStats } from "./types.ts";
import type { StreamWriter } from "./writer.ts";

/** Adds up what the parts of a spool count. */
export function spoolStats(parts: {
  readonly writer: StreamWriter;
  readonly usage: DiskUsage;
  readonly damagedBytes: number;
  readonly states: readonly StreamState[];
}): SpoolStats {
  const { writer, usage } = parts;
  const streams = parts.states.filter((state) => !state.isDone).map(streamStats);
  let unacknowledgedRecords = 0;
  let oldestReceivedAtMs: number | undefined;
  for (const stream of streams) {
    unacknowledgedRecords += stream.spooled;
    const oldest = stream.oldestReceivedAtMs;
    if (oldest !== undefined) oldestReceivedAtMs = Math.min(oldest, oldestReceivedAtMs ?? oldest);
  }
  return {
    bytes: usage.bytes,
    maxBytes: usage.maxBytes,
    pendingBytes: writer.pendingUnits,
    unacknowledgedRecords,
    oldestReceivedAtMs,
    streams,
    refused: Object.fromEntries(writer.refusals.counts),
    ...writer.counts,
    damagedBytes: parts.damagedBytes,
  };
}

function streamStats(state: StreamState): StreamStats {
  const { id, isLive, next, acknowledged } = state;
  const spooled = next - acknowledged;
  const segment = state.segments[state.segmentIndexOf(acknowledged)] ?? state.segments[0];
  return {
    id,
    isLive,
    nextSequence: next,
    acknowledged,
    delivered: acknowledged - state.droppedRecords,
    spooled,
    dropped: Object.fromEntries(state.dropped),
    oldestReceivedAtMs: spooled === 0 ? undefined : state.oldestReceivedAtMs ?? segment?.firstReceivedAtMs,
    bytes: state.bytes,
  };
}
