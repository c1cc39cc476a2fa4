import { Buffer } from "node:buffer";
import { constants, crc32, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { invariant } from "../errors/mod.ts";
import { RecordError } from "./record_error.ts";

/** How a block's payload is packed; `dropped` marks a declared gap and carries a reason, not records. */
export type BlockCodec = "none" | "zstd" | "gzip" | "dropped";

/** First bytes of a block: "RFB1" read as a little-endian u32. */
export const BLOCK_MAGIC = 0x31424652;
/** Version of the layout below. Readers accept this one. */
export const BLOCK_VERSION = 1;
/** Bytes of a header; see `mod.ts` for the layout. */
export const BLOCK_HEADER_BYTES = 48;
/** A header that claims more is damaged: writers close a block long before. */
export const MAX_BLOCK_BYTES = 256 * 1024 * 1024;

/** Last unix time in ms that a `Date` can hold; a header with a later one was not written by us. */
const MAX_UNIX_MS = 8.64e15;

const CODE_OF = { none: 0, zstd: 1, gzip: 2, dropped: 255 } as const satisfies Record<BlockCodec, number>;
const CODEC_OF: ReadonlyMap<number, BlockCodec> = new Map([[0, "none"], [1, "zstd"], [2, "gzip"], [
  255,
  "dropped",
]]);

/** The fixed part of a block. Sequences are below 2^53. */
export interface BlockHeader {
  readonly codec: BlockCodec;
  /** Sequence of the first record. */
  readonly firstSequence: number;
  /** Records in the payload, or sequences in the gap. */
  readonly recordCount: number;
  /** Bytes of the payload as stored. */
  readonly payloadBytes: number;
  /** Bytes of the payload when unpacked. */
  readonly rawBytes: number;
  readonly payloadCrc: number;
  /** Receive time of the first record, unix ms. */
  readonly firstReceivedAtMs: number;
}

/** A header or why there is none here. */
export type HeaderResult =
  | { readonly kind: "header"; readonly header: BlockHeader }
  | { readonly kind: "short" }
  | { readonly kind: "damaged"; readonly reason: string }
  | { readonly kind: "newer"; readonly version: number };

/**
 * Packs a payload into a whole block.
 *
 * @throws BugError when a number does not fit its field: a header that lies would cost the whole block.
 */
export function sealBlock(
  payload: Uint8Array,
  header: Pick<BlockHeader, "codec" | "firstSequence" | "recordCount" | "rawBytes" | "firstReceivedAtMs">,
): Uint8Array {
  invariant(
    isCount(header.firstSequence, Number.MAX_SAFE_INTEGER) && isCount(header.recordCount, 0xffff_ffff) &&
      isCount(header.rawBytes, MAX_BLOCK_BYTES) && isCount(payload.byteLength, MAX_BLOCK_BYTES) &&
      isCount(header.firstReceivedAtMs, MAX_UNIX_MS),
    `a number of block ${header.firstSequence} does not fit its field`,
  );
  const block = new Uint8Array(BLOCK_HEADER_BYTES + payload.byteLength);
  const view = new DataView(block.buffer);
  view.setUint32(0, BLOCK_MAGIC, true);
  view.setUint8(4, BLOCK_VERSION);
  view.setUint8(5, CODE_OF[header.codec]);
  view.setBigUint64(8, BigInt(header.firstSequence), true);
  view.setUint32(16, header.recordCount, true);
  view.setUint32(20, payload.byteLength, true);
  view.setUint32(24, header.rawBytes, true);
  view.setUint32(28, crc32(payload), true);
  view.setBigUint64(32, BigInt(header.firstReceivedAtMs), true);
  view.setUint32(44, crc32(block.subarray(0, 44)), true);
  block.set(payload, BLOCK_HEADER_BYTES);
  return block;
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** Reads the header that starts at `offset`. Checks the magic, the header's own CRC and the version. */
export function decodeBlockHeader(bytes: Uint8Array, offset: number): HeaderResult {
  if (bytes.byteLength - offset < BLOCK_HEADER_BYTES) return { kind: "short" };
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, BLOCK_HEADER_BYTES);
  if (view.getUint32(0, true) !== BLOCK_MAGIC) return { kind: "damaged", reason: "no block starts here" };
  if (crc32(bytes.subarray(offset, offset + 44)) !== view.getUint32(44, true)) {
    return { kind: "damaged", reason: "the header's checksum does not match" };
  }
  const version = view.getUint8(4);
  if (version > BLOCK_VERSION) return { kind: "newer", version };
  if (version < 1) return { kind: "damaged", reason: `version ${version} never existed` };
  const codec = CODEC_OF.get(view.getUint8(5));
  const firstSequence = Number(view.getBigUint64(8, true));
  const payloadBytes = view.getUint32(20, true);
  const rawBytes = view.getUint32(24, true);
  if (codec === undefined) return { kind: "damaged", reason: `codec ${view.getUint8(5)} is unknown` };
  const recordCount = view.getUint32(16, true);
  const firstReceivedAtMs = Number(view.getBigUint64(32, true));
  if (
    !Number.isSafeInteger(firstSequence + recordCount) || payloadBytes > MAX_BLOCK_BYTES ||
    rawBytes > MAX_BLOCK_BYTES || firstReceivedAtMs > MAX_UNIX_MS
  ) {
    return { kind: "damaged", reason: "a number in the header is out of range" };
  }
  return {
    kind: "header",
    header: {
      codec,
      firstSequence,
      recordCount,
      payloadBytes,
      rawBytes,
      payloadCrc: view.getUint32(28, true),
      firstReceivedAtMs,
    },
  };
}

/** Whether the payload is the one that the header was made for. */
export function payloadMatches(header: BlockHeader, payload: Uint8Array): boolean {
  return payload.byteLength === header.payloadBytes && crc32(payload) === header.payloadCrc;
}

/** zstd level 1: 500 MB/s and 8–10 times smaller on real event streams, so it costs less than the disk bytes it saves. */
export const ZSTD_LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } } as const;

/** Packs lines into a block, on the calling thread. */
export function encodeBlock(
  lines: readonly string[],
  options: { readonly codec: "none" | "zstd" | "gzip"; firstSequence: number; firstReceivedAtMs: number },
): Uint8Array {
  const raw = Buffer.from(lines.join("\n"), "utf8");
  const payload = options.codec === "zstd"
    ? zstdCompressSync(raw, ZSTD_LEVEL_1)
    : options.codec === "gzip"
    ? gzipSync(raw, { level: 1 })
    : raw;
  return sealBlock(payload, { ...options, recordCount: lines.length, rawBytes: raw.byteLength });
}

/** A block without records that says which sequences were given up, and why. */
export function encodeGap(
  gap: {
    readonly firstSequence: number;
    readonly recordCount: number;
    readonly reason: string;
    readonly atMs: number;
  },
): Uint8Array {
  const payload = new TextEncoder().encode(JSON.stringify({ reason: gap.reason }));
  return sealBlock(payload, {
    codec: "dropped",
    firstSequence: gap.firstSequence,
    recordCount: gap.recordCount,
    rawBytes: payload.byteLength,
    firstReceivedAtMs: gap.atMs,
  });
}

/**
 * Unpacks the lines of a block.
 *
 * @throws RecordError `ERR_BLOCK_DAMAGED` when the checksum, the packing or the number of lines is wrong, or
 * the payload unpacks to more than the header says (a bomb).
 */
export function decodeLines(header: BlockHeader, payload: Uint8Array): string[] {
  const text = unpack(header, payload).toString("utf8");
  // One more than announced is enough to see a lie; a payload of line breaks must not become an array of millions.
  const lines = text.split("\n", header.recordCount + 1);
  if (lines.length !== header.recordCount) {
    const held = lines.length > header.recordCount ? "more" : String(lines.length);
    throw damaged(header, `it holds ${held} records, its header says ${header.recordCount}`);
  }
  return lines;
}

/**
 * Reads why the sequences of a `dropped` block were given up.
 *
 * @throws RecordError `ERR_BLOCK_DAMAGED` when the payload is damaged.
 */
export function decodeGapReason(header: BlockHeader, payload: Uint8Array): string {
  if (!payloadMatches(header, payload)) throw damaged(header, "the payload's checksum does not match");
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typeof body === "object" && body !== null && "reason" in body && typeof body.reason === "string") {
      return readable(body.reason);
    }
  } catch (error) {
    throw damaged(header, "the reason of the gap is not JSON", error);
  }
  throw damaged(header, "the gap has no reason");
}

/** A reason ends up in a table and in metrics: whole characters, none of them a control character. */
function readable(reason: string): string {
  return reason.slice(0, 100).toWellFormed().replace(/\p{Cc}/gu, "\u{fffd}");
}

function unpack(header: BlockHeader, payload: Uint8Array): Buffer {
  if (!payloadMatches(header, payload)) throw damaged(header, "the payload's checksum does not match");
  const raw = decompress(header, payload);
  if (raw.byteLength !== header.rawBytes) {
    throw damaged(header, `it unpacks to ${raw.byteLength} bytes, its header says ${header.rawBytes}`);
  }
  return raw;
}

function decompress(header: BlockHeader, payload: Uint8Array): Buffer {
  const limit = { maxOutputLength: Math.max(1, header.rawBytes) };
  try {
    switch (header.codec) {
      case "zstd":
        return zstdDecompressSync(payload, limit);
      case "gzip":
        return gunzipSync(payload, limit);
      case "none":
        return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      case "dropped":
        return Buffer.alloc(0);
    }
  } catch (error) {
    throw damaged(header, `the payload does not unpack as ${header.codec}`, error);
  }
}

function damaged(header: BlockHeader, state: string, cause?: unknown): RecordError {
  return new RecordError(`Cannot read block ${header.firstSequence}: ${state}`, {
    code: "ERR_BLOCK_DAMAGED",
    cause,
  });
}
