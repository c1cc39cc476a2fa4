import assert from "node:assert/strict";
import { type ByteTarget, createLineWriter } from "./line_writer.ts";

const describeDropped = (count: number) => `${count} dropped`;

function slowTarget(): ByteTarget & { text: string; open(): void } {
  const gate = Promise.withResolvers<void>();
  const decoder = new TextDecoder();
  return {
    text: "",
    open: () => gate.resolve(),
    async write(bytes) {
      await gate.promise;
      // Takes at most three bytes at a time, as a nearly full pipe would.
      const taken = bytes.subarray(0, 3);
      this.text += decoder.decode(taken, { stream: true });
      return taken.length;
    },
  };
}

Deno.test("createLineWriter() writes every line in order when the target takes a few bytes at a time", async () => {
  const target = slowTarget();
  target.open();
  {
    await using writer = createLineWriter(target, { describeDropped });
    for (const line of ["first", "sécond", "third"]) writer.writeLine(line);
  }
  assert.equal(target.text, "first\nsécond\nthird\n");
});

Deno.test("createLineWriter() drops and counts lines when the target is stuck", async () => {
  const target = slowTarget();
  {
    await using writer = createLineWriter(target, { describeDropped, maxPendingChars: 10 });
    for (const line of ["one", "two", "three", "four", "five"]) writer.writeLine(line);
    target.open();
  }
  assert.match(target.text, /^one\n/);
  assert.match(target.text, /\d dropped\n$/);
});

Deno.test("createLineWriter() gives up quietly when the target fails", async () => {
  await using writer = createLineWriter({ write: () => Promise.reject(new Error("EPIPE")) }, {
    describeDropped,
  });
  writer.writeLine("lost");
});
