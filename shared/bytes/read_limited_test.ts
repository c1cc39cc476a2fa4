import assert from "node:assert/strict";
import { readLimited } from "./read_limited.ts";

/** A stream of chunks of these sizes, filled with their index, that notes whether it was cancelled. */
function streamOf(...sizes: readonly number[]) {
  const seen = { isCancelled: false };
  let index = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const size = sizes[index];
      if (size === undefined) controller.close();
      else controller.enqueue(new Uint8Array(size).fill(index));
      index++;
    },
    cancel() {
      seen.isCancelled = true;
    },
  }, { highWaterMark: 0 });
  return { body, seen };
}

Deno.test.each([
  ["no body", null, []],
  ["a stream without chunks", streamOf().body, []],
  ["one chunk", streamOf(2).body, [0, 0]],
  ["several chunks", streamOf(1, 0, 2).body, [0, 2, 2]],
])("readLimited() gives all bytes of %s", async (_what, body, expected) => {
  assert.deepEqual([...await readLimited(body, 3) ?? [-1]], expected);
});

Deno.test("readLimited() stops reading when there are too many bytes", async () => {
  const { body, seen } = streamOf(2, 2, 2);
  assert.equal(await readLimited(body, 3), undefined);
  assert.ok(seen.isCancelled);
});

Deno.test("readLimited() throws what the stream throws", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new TypeError("broken off")),
  });
  await assert.rejects(readLimited(body, 3), /broken off/);
});
