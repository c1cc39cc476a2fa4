import { BLOCK_HEADER_BYTES, decodeGapReason, decodeLines, splitBatch } from "@reflow/shared/record";
import { nullLogger } from "@reflow/shared/telemetry";
import type { ManualClock } from "@reflow/shared/time";
import type { MemoryFs } from "./_memory_fs.ts";
import { openSpool } from "./spool.ts";
import {
  type AppendOutcome,
  type AppendOwner,
  DEFAULT_SPOOL_OPTIONS,
  type Spool,
  type SpoolOptions,
  type StreamReader,
} from "./types.ts";

/** Opens a spool on a memory file system with small limits. */
export function openTestSpool(
  fs: MemoryFs,
  clock: ManualClock,
  options: Partial<SpoolOptions> = {},
): Promise<Spool> {
  return openSpool({ fs, clock, log: nullLogger }, {
    ...DEFAULT_SPOOL_OPTIONS,
    folder: "/spool",
    ...options,
  });
}

/** An owner that remembers what it was told, and what was refused. */
export interface RememberingOwner extends AppendOwner {
  readonly outcomes: AppendOutcome[];
}

/** Makes an owner without memories. */
export function rememberingOwner(): RememberingOwner {
  const outcomes: AppendOutcome[] = [];
  return { outcomes, settled: (outcome) => void outcomes.push(outcome) };
}

/** Appends a line; a refusal counts as an outcome. */
export function appendLine(spool: Spool, line: string, owner: RememberingOwner): void {
  const refusal = spool.append(line, 1, owner);
  if (refusal !== undefined) owner.outcomes.push(refusal);
}

/** A stand-in for central's side of one stream: keeps what is new, trims what it has, refuses gaps. */
export class ScriptedCentral {
  watermark = 0;
  readonly lines: string[] = [];
  readonly gaps: { readonly firstSequence: number; readonly recordCount: number; readonly reason: string }[] =
    [];

  /** Takes a batch, or not, and returns the sequence that it expects next. */
  take(bytes: Uint8Array): number {
    for (const { header, payload } of splitBatch(bytes)) {
      const { firstSequence, recordCount } = header;
      const next = firstSequence + recordCount;
      if (firstSequence > this.watermark || next <= this.watermark) continue;
      if (header.codec === "dropped") {
        this.gaps.push({ firstSequence, recordCount, reason: decodeGapReason(header, payload) });
      } else {
        this.lines.push(...decodeLines(header, payload).slice(this.watermark - firstSequence));
      }
      this.watermark = next;
    }
    return this.watermark;
  }
}

/** Sends everything that a stream holds, a little at a time. */
export async function drain(reader: StreamReader, central: ScriptedCentral, maxBytes = 2_000): Promise<void> {
  for (;;) {
    const batch = await reader.readBatch({ maxBytes });
    if (batch === undefined) return;
    await reader.acknowledge(central.take(batch.bytes));
  }
}

/** Offset of each block of a segment, and its end. */
export function blockOffsets(segment: Uint8Array): number[] {
  const offsets = [0];
  let offset = 0;
  for (const { payload } of splitBatch(segment)) {
    offset += BLOCK_HEADER_BYTES + payload.byteLength;
    offsets.push(offset);
  }
  return offsets;
}
