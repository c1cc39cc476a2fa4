import assert from "node:assert/strict";
import { decodeGapReason, decodeLines, encodeBlock, splitBatch } from "@reflow/shared/record";
import { type Parcel, splitParcel } from "./parcel.ts";

function parcelOf(lines: readonly string[], firstSequence: number): Parcel {
  const bytes = encodeBlock(lines, { codec: "zstd", firstSequence, firstReceivedAtMs: 5 });
  return { bytes, firstSequence, nextSequence: firstSequence + lines.length, blockCount: 1 };
}

Deno.test("splitParcel() makes two blocks with the same records and sequences", () => {
  const parts = splitParcel(parcelOf(["a", "b", "c"], 7), 0);
  assert.deepEqual(parts.map((part) => [part.firstSequence, part.nextSequence]), [[7, 9], [9, 10]]);
  const lines = parts.flatMap((part) =>
    splitBatch(part.bytes).flatMap(({ header, payload }) => {
      assert.equal(header.firstSequence, part.firstSequence);
      assert.equal(header.firstReceivedAtMs, 5);
      return decodeLines(header, payload);
    })
  );
  assert.deepEqual(lines, ["a", "b", "c"]);
});

Deno.test("splitParcel() declares a single record as too large", () => {
  const [gap] = splitParcel(parcelOf(["a"], 7), 123);
  const [block] = splitBatch(gap?.bytes ?? new Uint8Array(0));
  assert.ok(block);
  assert.equal(decodeGapReason(block.header, block.payload), "too_large");
  assert.deepEqual([block.header.firstSequence, block.header.recordCount], [7, 1]);
});

Deno.test("splitParcel() declares a block that does not unpack as corrupt", () => {
  const parcel = parcelOf(["a", "b"], 7);
  parcel.bytes[50] = (parcel.bytes[50] ?? 0) ^ 1;
  assert.deepEqual(splitParcel(parcel, 0).map((part) => [part.gapReason, part.nextSequence]), [[
    "corrupt",
    9,
  ]]);
});
