import { Buffer } from "node:buffer";
import {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  type BlockHeader,
  decodeBlockHeader,
  payloadMatches,
} from "@reflow/shared/record";
import type { ReadFile } from "./fs.ts";

/** A block that is what its header says, or why there is none at this place. */
export type BlockResult =
  | {
    readonly kind: "block";
    readonly header: BlockHeader;
    readonly bytes: Uint8Array;
    readonly endOffset: number;
  }
  | { readonly kind: "damaged"; readonly reason: string }
  | { readonly kind: "newer"; readonly version: number };

/** A good block found behind damage. */
export interface FoundBlock {
  readonly header: BlockHeader;
  readonly offset: number;
}

/** One read covers many small blocks; a quiet hour writes blocks of a few hundred bytes. */
const CHUNK_BYTES = 256 * 1024;
const MAGIC_BYTES = Buffer.alloc(4);
MAGIC_BYTES.writeUInt32LE(BLOCK_MAGIC);

/** Reads blocks of one segment, in order or not, holding one chunk or one block in memory. */
export class BlockReader {
  readonly #file: ReadFile;
  #chunk: Uint8Array = new Uint8Array(0);
  #chunkOffset = 0;

  constructor(file: ReadFile) {
    this.#file = file;
  }

  /**
   * Reads the block at `offset`. Nothing at or beyond `limit` is looked at, nor kept: it may not be committed yet.
   * The bytes stay valid after further calls.
   */
  async read(offset: number, limit: number, chunkBytes: number = CHUNK_BYTES): Promise<BlockResult> {
    const head = await this.#view(offset, BLOCK_HEADER_BYTES, limit, chunkBytes);
    const result = decodeBlockHeader(head, 0);
    if (result.kind === "short") return { kind: "damaged", reason: "it ends inside a header" };
    if (result.kind !== "header") return result;
    const { header } = result;
    const wholeBytes = BLOCK_HEADER_BYTES + header.payloadBytes;
    if (offset + wholeBytes > limit) return { kind: "damaged", reason: "it ends inside a payload" };
    if (header.recordCount === 0) return { kind: "damaged", reason: "the block has no records" };
    const bytes = await this.#view(offset, wholeBytes, limit, chunkBytes);
    if (!payloadMatches(header, bytes.subarray(BLOCK_HEADER_BYTES))) {
      return { kind: "damaged", reason: "the payload's checksum does not match" };
    }
    return { kind: "block", header, bytes, endOffset: offset + wholeBytes };
  }

  /** The first whole block at or after `offset` whose sequences lie within the bounds. */
  async find(
    offset: number,
    limit: number,
    bounds: { readonly from: number; readonly to: number },
  ): Promise<FoundBlock | undefined> {
    let from = offset;
    while (from + BLOCK_HEADER_BYTES <= limit) {
      const chunk = await this.#view(from, Math.min(CHUNK_BYTES, limit - from), limit, CHUNK_BYTES);
      if (chunk.byteLength < BLOCK_HEADER_BYTES) return undefined;
      const at = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).indexOf(MAGIC_BYTES);
      if (at === -1) {
        // The magic may straddle two chunks.
        from += chunk.byteLength - (MAGIC_BYTES.byteLength - 1);
        continue;
      }
      const result = await this.read(from + at, limit);
      if (result.kind === "block") {
        const { header } = result;
        if (header.firstSequence >= bounds.from && header.firstSequence + header.recordCount <= bounds.to) {
          return { header, offset: from + at };
        }
      }
      from += at + 1;
    }
    return undefined;
  }

  /** Raw bytes for the quarantine. */
  async raw(offset: number, maxBytes: number): Promise<Uint8Array> {
    return await this.#file.read(offset, maxBytes);
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }

  async #view(offset: number, bytes: number, limit: number, chunkBytes: number): Promise<Uint8Array> {
    const start = offset - this.#chunkOffset;
    if (start < 0 || start + bytes > this.#chunk.byteLength) {
      this.#chunk = await this.#file.read(offset, Math.min(Math.max(bytes, chunkBytes), limit - offset));
      this.#chunkOffset = offset;
    }
    const from = offset - this.#chunkOffset;
    return this.#chunk.subarray(from, from + bytes);
  }
}
