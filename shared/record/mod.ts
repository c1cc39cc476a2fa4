/**
 * Records, blocks and batches: the one format that is on the collector's disk and on the wire to central.
 *
 * I1 A block on disk is the block on the wire; nobody repacks it.
 * I2 Sequences within a stream are gapless. What was given up is declared by a `dropped` block over its sequences.
 * I3 A record is one line; its JSON text means exactly what the client sent (P4).
 * I4 A reader never unpacks more bytes than the header announces.
 *
 * Block, little endian:
 *
 * ```text
 *  0  u32  magic "RFB1"          24  u32  bytes of the payload when unpacked
 *  4  u8   version (1)           28  u32  CRC-32 of the payload
 *  5  u8   codec                 32  u64  receive time of the first record, unix ms
 *  6  u16  0                     40  u32  0
 *  8  u64  first sequence        44  u32  CRC-32 of bytes 0–43
 * 16  u32  records               48  …    payload: records joined by "\n", packed by the codec
 * 20  u32  bytes of the payload
 * ```
 *
 * Codecs: 0 none, 1 zstd, 2 gzip, 255 dropped (payload `{"reason":"…"}`, "records" counts the sequences given up).
 * A batch is whole blocks, one after the other, of one stream.
 */
export { type BatchBlock, splitBatch } from "./batch.ts";
export {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  type BlockCodec,
  type BlockHeader,
  decodeBlockHeader,
  decodeGapReason,
  decodeLines,
  encodeBlock,
  encodeGap,
  type HeaderResult,
  payloadMatches,
  sealBlock,
  ZSTD_LEVEL_1,
} from "./block.ts";
export {
  type EndBody,
  type EndReason,
  joinBody,
  type LostBody,
  type SessionLabels,
  splitBody,
  type StoreBody,
  type TraceBody,
} from "./bodies.ts";
export { decodeRecord, encodeRecord, type RecordKind, type TraceRecord } from "./record.ts";
export { RecordError, type RecordErrorCode } from "./record_error.ts";
