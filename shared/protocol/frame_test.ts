import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { readFrame } from "./mod.ts";

const LIMIT = 1024 * 1024;
const TEXT = `{"GetFlowVersions":{"flow_id":"ü🚀"}}`;
const BOMB = Buffer.alloc(100 * LIMIT);

Deno.test.each(
  [
    ["zstd", zstdCompressSync(TEXT)],
    ["gzip", gzipSync(TEXT)],
    ["brotli", brotliCompressSync(TEXT)],
    ["plain", Buffer.from(TEXT)],
    ["plain with whitespace before it", Buffer.from(` \r\n\t${TEXT}`)],
    ["a plain bare name", Buffer.from(`"Ping"`)],
    ["a bare name in brotli", brotliCompressSync(`"Ping"`)],
  ] as const,
)("readFrame() takes a binary frame that is %s", (name, bytes) => {
  const expected = name.includes("bare name") ? `"Ping"` : TEXT;
  const frame = readFrame(bufferOf(bytes), LIMIT);
  assert.ok(frame.kind === "text", JSON.stringify(frame));
  assert.equal(frame.text.trimStart(), expected);
});

Deno.test("readFrame() gives a text frame as it is", () => {
  assert.deepEqual(readFrame(TEXT, LIMIT), { kind: "text", text: TEXT });
});

Deno.test("readFrame() gives any text back from any packing", () => {
  const pack = fc.constantFrom(zstdCompressSync, gzipSync, brotliCompressSync);
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), pack, (text, compress) => {
    const json = JSON.stringify(text);
    assert.deepEqual(readFrame(bufferOf(compress(json)), LIMIT), { kind: "text", text: json });
  }));
});

Deno.test.each(
  [
    ["exactly at the limit", "x".repeat(30), true],
    ["one byte over", "x".repeat(31), false],
    ["exactly at the limit in two-byte characters", "ü".repeat(15), true],
    ["over the limit in bytes alone", "ü".repeat(16), false],
    ["over the limit in three-byte characters", "支".repeat(11), false],
    ["at the limit in four-byte characters", "🚀".repeat(7), true],
    ["over the limit in four-byte characters", "🚀".repeat(8), false],
  ] as const,
)("readFrame() measures in bytes a text that is %s", (_name, text, isTaken) => {
  assert.equal(readFrame(text, 30).kind, isTaken ? "text" : "refused");
  const json = Buffer.from(`{"":"${text}"}`);
  assert.equal(readFrame(bufferOf(json), 30 + 7).kind, isTaken ? "text" : "refused");
});

Deno.test("readFrame() says how large a frame over the limit is, and that the connection stays open", () => {
  for (const data of ["x".repeat(41), bufferOf(Buffer.alloc(41))]) {
    const frame = readFrame(data, 40);
    assert.ok(frame.kind === "refused");
    assert.equal(frame.code, "InvalidRequest");
    assert.match(
      frame.message,
      /^Cannot take frame: it has .*41 bytes, max_event_size is 40; the connection stays/,
    );
  }
});

Deno.test.each(
  [
    ["zstd", zstdCompressSync(BOMB)],
    ["gzip", gzipSync(BOMB)],
    ["brotli", brotliCompressSync(BOMB, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ] as const,
)("readFrame() refuses a %s bomb without unpacking it", (packing, bytes) => {
  const before = Deno.memoryUsage().rss;
  const frame = readFrame(bufferOf(bytes), LIMIT);
  assert.ok(frame.kind === "refused");
  assert.equal(frame.code, "InvalidRequest");
  assert.ok(frame.message.includes(`unpacked from ${packing}`), frame.message);
  assert.ok(Deno.memoryUsage().rss - before < 50 * LIMIT);
});

Deno.test.each(
  [
    ["zstd cut short", zstdCompressSync(TEXT.repeat(9)).subarray(0, 30)],
    ["zstd's magic alone", Buffer.from("28b52ffd", "hex")],
    ["gzip cut short", gzipSync(TEXT).subarray(0, 20)],
    ["gzip's magic alone", Buffer.from("1f8b", "hex")],
    ["text in another encoding", Buffer.from(`{"a":"\xff"}`, "latin1")],
    ["zeros", Buffer.alloc(100)],
    ["nothing", Buffer.alloc(0)],
  ] as const,
)("readFrame() does not give the text of %s", (_name, bytes) => {
  const frame = readFrame(bufferOf(bytes), LIMIT);
  // The runtime hands out what a cut zstd or brotli stream held so far; such a text is never whole JSON.
  if (frame.kind === "text") assert.throws(() => JSON.parse(frame.text), SyntaxError);
  else assert.match(frame.message, /^Cannot (?:unpack|read) binary frame/);
});

Deno.test("readFrame() never throws, whatever the bytes are", () => {
  const magic = fc.constantFrom<readonly number[]>([], [0x28, 0xb5, 0x2f, 0xfd], [0x1f, 0x8b], [0x7b], [
    0x22,
  ]);
  fc.assert(fc.property(magic, fc.uint8Array({ maxLength: 200 }), (head, tail) => {
    const frame = readFrame(bufferOf(Uint8Array.from([...head, ...tail])), 1000);
    assert.ok(frame.kind === "text" || frame.message !== "");
  }));
});

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
