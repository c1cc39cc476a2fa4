import { BLOCK_HEADER_BYTES, type BlockHeader, decodeBlockHeader } from "./block.ts";
import { RecordError } from "./record_error.ts";

/** One block within a batch. The payload is a view on the batch's bytes. */
export interface BatchBlock {
  readonly header: BlockHeader;
  readonly payload: Uint8Array;
}

/**
 * Takes a batch apart into its blocks and checks that they follow each other without a gap. Payloads are not
 * unpacked here.
 *
 * @throws RecordError `ERR_BLOCK_DAMAGED`, `ERR_BLOCK_VERSION`, `ERR_BLOCK_ORDER`; the message names the byte offset.
 */
export function splitBatch(bytes: Uint8Array): BatchBlock[] {
  const blocks: BatchBlock[] = [];
  let offset = 0;
  let expected: number | undefined;
  while (offset < bytes.byteLength) {
    const result = decodeBlockHeader(bytes, offset);
    if (result.kind === "newer") {
      throw new RecordError(`Cannot read batch: block at byte ${offset} has version ${result.version}`, {
        code: "ERR_BLOCK_VERSION",
        hint: "update this program first; readers go before writers",
      });
    }
    if (result.kind !== "header") {
      const state = result.kind === "short" ? "it ends inside a header" : result.reason;
      throw new RecordError(`Cannot read batch at byte ${offset}: ${state}`, { code: "ERR_BLOCK_DAMAGED" });
    }
    const { header } = result;
    const start = offset + BLOCK_HEADER_BYTES;
    const end = start + header.payloadBytes;
    if (end > bytes.byteLength) {
      throw new RecordError(`Cannot read batch at byte ${offset}: it ends inside a payload`, {
        code: "ERR_BLOCK_DAMAGED",
      });
    }
    if (expected !== undefined && header.firstSequence !== expected) {
      throw new RecordError(
        `Cannot read batch at byte ${offset}: block starts at ${header.firstSequence}, expected ${expected}`,
        { code: "ERR_BLOCK_ORDER" },
      );
    }
    expected = header.firstSequence + header.recordCount;
    blocks.push({ header, payload: bytes.subarray(start, end) });
    offset = end;
  }
  return blocks;
}
