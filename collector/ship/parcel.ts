import { decodeLines, encodeBlock, encodeGap, RecordError, splitBatch } from "@reflow/shared/record";

/** Blocks that are sent together. */
export interface Parcel {
  readonly bytes: Uint8Array;
  readonly firstSequence: number;
  readonly nextSequence: number;
  readonly blockCount: number;
  /** Why the sequences are given up; absent when the parcel holds records. */
  readonly gapReason?: string;
}

/** A parcel that declares its sequences as given up. */
export function gapParcel(
  range: Pick<Parcel, "firstSequence" | "nextSequence">,
  gap: { readonly reason: string; readonly atMs: number },
): Parcel {
  const { firstSequence, nextSequence } = range;
  const bytes = encodeGap({ firstSequence, recordCount: nextSequence - firstSequence, ...gap });
  return { bytes, firstSequence, nextSequence, blockCount: 1, gapReason: gap.reason };
}

/**
 * Makes two smaller blocks of one that is too large, or declares it as given up when it is a single record or
 * cannot be unpacked.
 */
export function splitParcel(parcel: Parcel, nowMs: number): Parcel[] {
  const [block] = splitBatch(parcel.bytes);
  if (block === undefined) return [];
  let lines: string[];
  try {
    lines = decodeLines(block.header, block.payload);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return [gapParcel(parcel, { reason: "corrupt", atMs: nowMs })];
  }
  if (lines.length === 1) return [gapParcel(parcel, { reason: "too_large", atMs: nowMs })];
  const middle = Math.ceil(lines.length / 2);
  const { firstSequence, firstReceivedAtMs } = block.header;
  return [
    linesParcel(lines.slice(0, middle), firstSequence, firstReceivedAtMs),
    linesParcel(lines.slice(middle), firstSequence + middle, firstReceivedAtMs),
  ];
}

function linesParcel(lines: readonly string[], firstSequence: number, firstReceivedAtMs: number): Parcel {
  const bytes = encodeBlock(lines, { codec: "zstd", firstSequence, firstReceivedAtMs });
  return { bytes, firstSequence, nextSequence: firstSequence + lines.length, blockCount: 1 };
}
