import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, crc32, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import {
  BLOCK_HEADER_BYTES,
  type BlockCodec,
  type BlockHeader,
  decodeBlockHeader,
  decodeGapReason,
  decodeLines,
  encodeBlock,
  encodeGap,
  payloadMatches,
  sealBlock,
} from "./mod.ts";

const CODECS = ["none", "zstd", "gzip"] as const;
const LINES = ["E1\t1\t…\t{}", "🚀", "a\u2028b"];

Deno.test.each(CODECS)("decodeLines() reads back a block packed with %s", (codec) => {
  const block = encodeBlock(LINES, { codec, firstSequence: 41, firstReceivedAtMs: 1_763_849_700_127 });
  const { header, payload } = open(block);
  assert.deepEqual({ ...header, payloadBytes: 0, payloadCrc: 0 }, {
    codec,
    firstSequence: 41,
    recordCount: 3,
    payloadBytes: 0,
    rawBytes: Buffer.byteLength(LINES.join("\n")),
    payloadCrc: 0,
    firstReceivedAtMs: 1_763_849_700_127,
  });
  assert.deepEqual(decodeLines(header, payload), LINES);
});

Deno.test("decodeLines() reads back any lines in any codec", () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", ""));
  const options = fc.record({
    codec: fc.constantFrom(...CODECS),
    firstSequence: fc.nat({ max: 2 ** 53 - 2000 }),
    firstReceivedAtMs: fc.nat({ max: 8.64e15 }),
  });
  fc.assert(fc.property(fc.array(line, { minLength: 1 }), options, (lines, given) => {
    const { header, payload } = open(encodeBlock(lines, given));
    assert.equal(header.firstSequence, given.firstSequence);
    assert.equal(header.firstReceivedAtMs, given.firstReceivedAtMs);
    assert.deepEqual(decodeLines(header, payload), lines);
  }));
});

// Frozen bytes, made by version 1. A change of the format adds a test; it never edits these.
const FROZEN = {
  none: "52464231010000000201000000000000020000000a0000000a000000825d78b61f83a2ad9a010000000000007e5c0245" +
    "7b7d0a7b2261223a317d",
  zstd: "5246423101010000020100000000000002000000130000000a000000eceea75d1f83a2ad9a010000000000002fe1ea16" +
    "28b52ffd00485100007b7d0a7b2261223a317d",
  gzip: "52464231010200000201000000000000020000001e0000000a000000f7880b3f1f83a2ad9a0100000000000022d72a29" +
    "1f8b0800000000000403abaee5aa564a54b232ac0500825d78b60a000000",
  dropped:
    "5246423101ff0000020100000000000001000100170000001700000016e0f0df1f83a2ad9a0100000000000052254a6d" +
    "7b22726561736f6e223a2273706f6f6c5f66756c6c227d",
} as const satisfies Record<BlockCodec, string>;

Deno.test.each(CODECS)("decodeLines() reads the frozen %s block of version 1", (codec) => {
  const { header, payload } = open(Buffer.from(FROZEN[codec], "hex"));
  assert.equal(header.codec, codec);
  assert.equal(header.firstSequence, 258);
  assert.equal(header.firstReceivedAtMs, 1_763_849_700_127);
  assert.deepEqual(decodeLines(header, payload), ["{}", `{"a":1}`]);
});

Deno.test("decodeGapReason() reads the frozen gap of version 1", () => {
  const { header, payload } = open(Buffer.from(FROZEN.dropped, "hex"));
  assert.equal(header.codec, "dropped");
  assert.equal(header.recordCount, 65_537);
  assert.equal(decodeGapReason(header, payload), "spool_full");
});

Deno.test("encodeBlock() and encodeGap() still write version 1, byte for byte", () => {
  const given = { codec: "none", firstSequence: 258, firstReceivedAtMs: 1_763_849_700_127 } as const;
  assert.equal(Buffer.from(encodeBlock(["{}", `{"a":1}`], given)).toString("hex"), FROZEN.none);
  const gap = { firstSequence: 258, recordCount: 65_537, reason: "spool_full", atMs: 1_763_849_700_127 };
  assert.equal(Buffer.from(encodeGap(gap)).toString("hex"), FROZEN.dropped);
});

Deno.test.each(CODECS)("a %s block that is cut at any byte is not read", (codec) => {
  const block = encodeBlock(LINES, { codec, firstSequence: 1, firstReceivedAtMs: 1 });
  for (let length = 0; length < block.byteLength; length++) {
    const cut = block.subarray(0, length);
    if (length < BLOCK_HEADER_BYTES) {
      assert.deepEqual(decodeBlockHeader(cut, 0), { kind: "short" });
    } else {
      const { header, payload } = open(cut);
      assert.equal(payloadMatches(header, payload), false);
      assert.throws(() => decodeLines(header, payload), { code: "ERR_BLOCK_DAMAGED" });
    }
  }
});

Deno.test.each(CODECS)("a %s block with any bit flipped is not read", (codec) => {
  const block = encodeBlock(LINES, { codec, firstSequence: 1, firstReceivedAtMs: 1 });
  for (let bit = 0; bit < block.byteLength * 8; bit++) {
    const flipped = block.slice();
    const at = bit >> 3;
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
    const result = decodeBlockHeader(flipped, 0);
    if (at < BLOCK_HEADER_BYTES) {
      assert.equal(result.kind, "damaged", `bit ${bit}`);
    } else {
      const { header, payload } = open(flipped);
      assert.throws(() => decodeLines(header, payload), { code: "ERR_BLOCK_DAMAGED" }, `bit ${bit}`);
    }
  }
});

Deno.test("decodeBlockHeader() reads at an offset and inside a larger buffer", () => {
  const block = encodeBlock(LINES, { codec: "none", firstSequence: 9, firstReceivedAtMs: 1 });
  const around = new Uint8Array(block.byteLength + 10);
  around.set(block, 7);
  const result = decodeBlockHeader(around.subarray(2), 5);
  assert.ok(result.kind === "header");
  assert.equal(result.header.firstSequence, 9);
});

Deno.test.each(
  [
    ["a version that never existed", { version: 0 }, "damaged"],
    ["a newer version", { version: 2 }, "newer"],
    ["an unknown codec", { codec: 3 }, "damaged"],
    ["a sequence past 2^53", { firstSequence: 2n ** 53n }, "damaged"],
    ["records past sequence 2^53", { firstSequence: 2n ** 53n - 2n, recordCount: 5 }, "damaged"],
    ["a payload over the limit", { payloadBytes: 0x1000_0001 }, "damaged"],
    ["an unpacked size over the limit", { rawBytes: 0x1000_0001 }, "damaged"],
    ["a time past the last date", { receivedAtMs: 2n ** 64n - 1n }, "damaged"],
  ] as const,
)("decodeBlockHeader() refuses %s although the checksum matches", (_name, change, kind) => {
  assert.equal(decodeBlockHeader(forge(change), 0).kind, kind);
});

Deno.test.each(
  [
    ["zstd", zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))],
    ["gzip", gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: constants.Z_BEST_SPEED })],
  ] as const,
)("decodeLines() stops a %s bomb at the size that the header announces", (codec, payload) => {
  const block = sealBlock(payload, {
    codec,
    firstSequence: 1,
    recordCount: 1,
    rawBytes: 1000,
    firstReceivedAtMs: 1,
  });
  const { header } = open(block);
  const before = Deno.memoryUsage().rss;
  assert.throws(() => decodeLines(header, payload), { code: "ERR_BLOCK_DAMAGED" });
  assert.ok(Deno.memoryUsage().rss - before < 32 * 1024 * 1024);
});

Deno.test.each(
  [
    ["fewer records than announced", { recordCount: 4 }],
    ["more records than announced", { recordCount: 2 }],
    ["no records", { recordCount: 0 }],
    ["more bytes than announced", { rawBytes: 3 }],
    ["fewer bytes than announced", { rawBytes: 5000 }],
  ] as const,
)("decodeLines() refuses a block that holds %s", (_name, change) => {
  const payload = Buffer.from(LINES.join("\n"));
  const block = sealBlock(payload, {
    codec: "none",
    firstSequence: 1,
    recordCount: LINES.length,
    rawBytes: payload.byteLength,
    firstReceivedAtMs: 1,
    ...change,
  });
  const { header } = open(block);
  assert.throws(() => decodeLines(header, payload), { code: "ERR_BLOCK_DAMAGED" });
});

Deno.test("decodeLines() does not unpack a gap", () => {
  const { header, payload } = open(encodeGap({ firstSequence: 1, recordCount: 5, reason: "x", atMs: 1 }));
  assert.throws(() => decodeLines(header, payload), { code: "ERR_BLOCK_DAMAGED" });
});

Deno.test.each(
  [
    ["a control character", "a\0b\u0085", "a\ufffdb\ufffd"],
    ["half a character at its limit", "x".repeat(99) + "🚀", "x".repeat(99) + "\ufffd"],
    ["more than 100 characters", "y".repeat(1000), "y".repeat(100)],
  ] as const,
)("decodeGapReason() makes a reason with %s presentable", (_name, reason, shown) => {
  const { header, payload } = open(encodeGap({ firstSequence: 1, recordCount: 5, reason, atMs: 1 }));
  assert.equal(decodeGapReason(header, payload), shown);
});

Deno.test.each(["", "{", "null", `{"reason":7}`, "[]"])(
  "decodeGapReason() refuses the payload %j",
  (text) => {
    const payload = Buffer.from(text);
    const block = sealBlock(payload, {
      codec: "dropped",
      firstSequence: 1,
      recordCount: 1,
      rawBytes: payload.byteLength,
      firstReceivedAtMs: 1,
    });
    assert.throws(() => decodeGapReason(open(block).header, payload), { code: "ERR_BLOCK_DAMAGED" });
  },
);

Deno.test.each(
  [
    ["a count that the field cannot hold", { recordCount: 2 ** 32 }],
    ["a sequence below zero", { firstSequence: -1 }],
    ["a time with a fraction", { firstReceivedAtMs: 1.5 }],
    ["an unpacked size that no reader takes", { rawBytes: 0x1000_0001 }],
  ] as const,
)("sealBlock() refuses to write %s", (_name, change) => {
  const header = {
    codec: "none",
    firstSequence: 1,
    recordCount: 1,
    rawBytes: 2,
    firstReceivedAtMs: 1,
    ...change,
  } as const;
  assert.throws(() => sealBlock(Buffer.from("{}"), header), { name: "BugError" });
});

function open(block: Uint8Array): { readonly header: BlockHeader; readonly payload: Uint8Array } {
  const result = decodeBlockHeader(block, 0);
  assert.ok(result.kind === "header", JSON.stringify(result));
  return { header: result.header, payload: block.subarray(BLOCK_HEADER_BYTES) };
}

/** A block whose header lies and whose checksum agrees with the lie. */
function forge(change: {
  readonly version?: number;
  readonly codec?: number;
  readonly firstSequence?: bigint;
  readonly recordCount?: number;
  readonly payloadBytes?: number;
  readonly rawBytes?: number;
  readonly receivedAtMs?: bigint;
}): Uint8Array {
  const block = Buffer.from(FROZEN.none, "hex");
  const view = new DataView(block.buffer, block.byteOffset);
  if (change.version !== undefined) view.setUint8(4, change.version);
  if (change.codec !== undefined) view.setUint8(5, change.codec);
  if (change.firstSequence !== undefined) view.setBigUint64(8, change.firstSequence, true);
  if (change.recordCount !== undefined) view.setUint32(16, change.recordCount, true);
  if (change.payloadBytes !== undefined) view.setUint32(20, change.payloadBytes, true);
  if (change.rawBytes !== undefined) view.setUint32(24, change.rawBytes, true);
  if (change.receivedAtMs !== undefined) view.setBigUint64(32, change.receivedAtMs, true);
  view.setUint32(44, crc32(block.subarray(0, 44)), true);
  return block;
}
