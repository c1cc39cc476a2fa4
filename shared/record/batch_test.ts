import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { BLOCK_HEADER_BYTES, decodeLines, encodeBlock, encodeGap, splitBatch } from "./mod.ts";

const FIRST = block(5, ["a", "b"]);
const GAP = encodeGap({ firstSequence: 7, recordCount: 10, reason: "spool_full", atMs: 1 });
const LAST = block(17, ["c"]);
const BATCH = Buffer.concat([FIRST, GAP, LAST]);

Deno.test("splitBatch() gives the blocks in order, gaps included", () => {
  const blocks = splitBatch(BATCH);
  assert.deepEqual(blocks.map(({ header }) => [header.codec, header.firstSequence, header.recordCount]), [
    ["zstd", 5, 2],
    ["dropped", 7, 10],
    ["zstd", 17, 1],
  ]);
  assert.deepEqual(blocks.flatMap((b) => b.header.codec === "zstd" ? decodeLines(b.header, b.payload) : []), [
    "a",
    "b",
    "c",
  ]);
});

Deno.test("splitBatch() of nothing is nothing", () => {
  assert.deepEqual(splitBatch(new Uint8Array()), []);
});

Deno.test("splitBatch() refuses a batch that is cut anywhere but between blocks", () => {
  const ends = new Set([0, FIRST.byteLength, FIRST.byteLength + GAP.byteLength]);
  for (let length = 0; length < BATCH.byteLength; length++) {
    const cut = BATCH.subarray(0, length);
    if (ends.has(length)) splitBatch(cut);
    else assert.throws(() => splitBatch(cut), { code: "ERR_BLOCK_DAMAGED" }, `cut to ${length}`);
  }
});

Deno.test.each(
  [
    ["leave a hole", [FIRST, block(8, ["c"])]],
    ["overlap", [FIRST, block(6, ["c"])]],
    ["come in the wrong order", [LAST, FIRST]],
    ["come twice", [FIRST, FIRST]],
  ] as const,
)("splitBatch() refuses blocks that %s", (_name, blocks) => {
  assert.throws(() => splitBatch(Buffer.concat(blocks)), {
    code: "ERR_BLOCK_ORDER",
    message: /at byte \d+: block starts at \d+, expected \d+$/,
  });
});

Deno.test("splitBatch() says where a block of a newer version is", () => {
  const newer = LAST.slice();
  const view = new DataView(newer.buffer);
  view.setUint8(4, 2);
  view.setUint32(44, crc32(newer.subarray(0, 44)), true);
  assert.throws(() => splitBatch(Buffer.concat([FIRST, GAP, newer])), {
    code: "ERR_BLOCK_VERSION",
    message: `Cannot read batch: block at byte ${FIRST.byteLength + GAP.byteLength} has version 2`,
  });
});

Deno.test("splitBatch() refuses what is no batch, whatever it is", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 3 * BLOCK_HEADER_BYTES }), (bytes) => {
    assert.throws(() => splitBatch(bytes), { code: "ERR_BLOCK_DAMAGED" });
  }));
});

function block(firstSequence: number, lines: readonly string[]): Uint8Array {
  return encodeBlock(lines, { codec: "zstd", firstSequence, firstReceivedAtMs: 1 });
}
