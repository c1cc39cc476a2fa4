import { messageOf } from "@reflow/shared/errors";
import {
  type BatchBlock,
  BLOCK_HEADER_BYTES,
  decodeGapReason,
  decodeLines,
  RecordError,
  splitBatch,
} from "@reflow/shared/record";
import { columnText } from "../store/mod.ts";
import { IngestError } from "./ingest_error.ts";
import { readRecord } from "./read_record.ts";
import { endOf, type Slot } from "./slot.ts";

/** A batch's blocks, checked but not unpacked. */
export interface BatchFrame {
  readonly firstSequence: number;
  /** Sequence after the last one. */
  readonly endSequence: number;
  /** What all blocks together unpack to. */
  readonly rawBytes: number;
  readonly blocks: readonly BatchBlock[];
}

/**
 * Checks the frame of a batch: whole blocks that follow each other, and announce no more than may be unpacked.
 *
 * @param maxRawBytes bound on what all blocks together unpack to.
 * @throws IngestError `ERR_BATCH_MALFORMED` with the byte offset, `ERR_BATCH_TOO_LARGE`.
 */
export function readBatchFrame(bytes: Uint8Array, maxRawBytes: number): BatchFrame {
  const blocks = rethrowing(() => splitBatch(bytes));
  const [first] = blocks;
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) throw malformed("Cannot read batch at byte 0: it is empty");
  const rawBytes = blocks.reduce((sum, { header }) => sum + header.rawBytes, 0);
  if (rawBytes > maxRawBytes) {
    throw new IngestError(`Cannot take batch: it unpacks to ${rawBytes} bytes, the limit is ${maxRawBytes}`, {
      code: "ERR_BATCH_TOO_LARGE",
    });
  }
  const endSequence = last.header.firstSequence + last.header.recordCount;
  return { firstSequence: first.header.firstSequence, endSequence, rawBytes, blocks };
}

/**
 * Unpacks a batch from a sequence on. A record that cannot be understood becomes a `dead` slot; a block that
 * cannot be unpacked fails the batch, because it was damaged on its way.
 *
 * @throws IngestError `ERR_BATCH_MALFORMED` with the byte offset of the block.
 */
export function decodeBatch(frame: BatchFrame, fromSequence: number): Slot[] {
  const slots: Slot[] = [];
  let offset = 0;
  for (const { header, payload } of frame.blocks) {
    const start = header.firstSequence;
    if (start + header.recordCount > fromSequence) {
      if (header.codec === "dropped") {
        const reason = columnText(rethrowing(() => decodeGapReason(header, payload), offset));
        slots.push({ kind: "gap", sequence: start, count: header.recordCount, reason });
      } else {
        const lines = rethrowing(() => decodeLines(header, payload), offset);
        lines.forEach((line, index) => {
          if (start + index >= fromSequence) slots.push(readRecord(line, start + index));
        });
      }
    }
    offset += BLOCK_HEADER_BYTES + header.payloadBytes;
  }
  return trimGap(slots, fromSequence);
}

/** Cuts what lies below a sequence off the gap that the slots may start with. */
export function trimGap(slots: readonly Slot[], fromSequence: number): Slot[] {
  return slots.flatMap((slot) => {
    if (endOf(slot) <= fromSequence) return [];
    if (slot.sequence >= fromSequence || slot.kind !== "gap") return [slot];
    return [{ ...slot, sequence: fromSequence, count: endOf(slot) - fromSequence }];
  });
}

function rethrowing<T>(read: () => T, offset?: number): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const where = offset === undefined ? "" : ` (block at byte ${offset} of the batch)`;
    throw malformed(`${messageOf(error)}${where}`, error);
  }
}

function malformed(message: string, cause?: unknown): IngestError {
  return new IngestError(message, { code: "ERR_BATCH_MALFORMED", cause });
}
