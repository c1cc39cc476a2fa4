import assert from "node:assert/strict";
import { MessageReader, type ServerMessage } from "./message_reader.ts";

const LIMITS = { maxFrameBytes: 200_000, maxMessageBytes: 250_000 };

function frame(first: number, payload: Uint8Array | string): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const head = bytes.length < 126
    ? Uint8Array.of(first, bytes.length)
    : bytes.length < 65_536
    ? Uint8Array.of(first, 126, bytes.length >> 8, bytes.length & 255)
    : Uint8Array.of(
      first,
      127,
      0,
      0,
      0,
      0,
      0,
      bytes.length >> 16,
      (bytes.length >> 8) & 255,
      bytes.length & 255,
    );
  return concat(head, bytes);
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function readAll(bytes: Uint8Array, stepBytes: number): ServerMessage[] {
  const reader = new MessageReader(LIMITS);
  const messages: ServerMessage[] = [];
  for (let at = 0; at < bytes.length; at += stepBytes) {
    messages.push(...reader.push(bytes.subarray(at, at + stepBytes)));
  }
  return messages;
}

Deno.test.each([1, 2, 7, 1000, 1_000_000])(
  "MessageReader gives the same messages when bytes arrive %d at a time",
  (stepBytes) => {
    const bytes = concat(
      frame(0x81, "a"),
      frame(0x89, "ping"),
      frame(0x81, "é\u{1f600}\ufeff".repeat(100)),
      frame(0x82, new Uint8Array(300)),
      frame(0x81, ""),
      frame(0x88, Uint8Array.of(0x03, 0xe9, 0x62, 0x79, 0x65)),
    );
    assert.deepEqual(readAll(bytes, stepBytes), [
      { kind: "text", text: "a" },
      { kind: "ping", payload: new TextEncoder().encode("ping") },
      { kind: "text", text: "é\u{1f600}\ufeff".repeat(100) },
      { kind: "binary", byteLength: 300 },
      { kind: "text", text: "" },
      { kind: "close", code: 1001, reason: "bye" },
    ]);
  },
);

Deno.test("MessageReader joins fragments with a ping between them", () => {
  const bytes = concat(frame(0x01, "one "), frame(0x89, ""), frame(0x00, "two "), frame(0x80, "three"));
  assert.deepEqual(readAll(bytes, 5), [
    { kind: "ping", payload: new Uint8Array(0) },
    { kind: "text", text: "one two three" },
  ]);
});

Deno.test("MessageReader reads a frame with a length of 64 bits", () => {
  const [message] = readAll(frame(0x81, new Uint8Array(100_000).fill(0x78)), 65_536);
  assert.deepEqual(message, { kind: "text", text: "x".repeat(100_000) });
});

Deno.test("MessageReader reports 1005 when a Close frame has no code", () => {
  assert.deepEqual(readAll(frame(0x88, ""), 1), [{ kind: "close", code: 1005, reason: "" }]);
});

Deno.test.each([
  ["text that is no UTF-8", frame(0x81, Uint8Array.of(0xff)), /no UTF-8/],
  ["a continuation alone", frame(0x80, "x"), /continuation has no beginning/],
  ["a message inside another", concat(frame(0x01, "x"), frame(0x81, "y")), /begins inside another/],
  ["a reserved opcode", frame(0x83, ""), /opcode 3 is reserved/],
  [
    "fragments above the message limit",
    concat(frame(0x02, new Uint8Array(150_000)), frame(0x80, new Uint8Array(150_000))),
    /above the limit of 250000 bytes/,
  ],
])("MessageReader refuses %s", (_name, bytes, message) => {
  assert.throws(() => readAll(bytes, 65_536), { code: "ERR_REPLAY_PROTOCOL", message });
});
