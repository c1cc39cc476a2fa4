import assert from "node:assert/strict";
import { decodeServerFrame, encodeClientFrame, OPCODE } from "./ws_frame.ts";

const MASK = Uint8Array.of(1, 2, 3, 4);

function serverFrame(first: number, second: number, ...rest: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(first, second, ...rest);
}

Deno.test("encodeClientFrame() gives the bytes of RFC 6455 section 5.7 for a masked Hello", () => {
  const frame = encodeClientFrame(
    OPCODE.text,
    new TextEncoder().encode("Hello"),
    Uint8Array.of(0x37, 0xfa, 0x21, 0x3d),
  );
  assert.deepEqual(
    frame,
    Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58),
  );
});

Deno.test.each([
  [0, 6],
  [125, 131],
  [126, 134],
  [65_535, 65_543],
  [65_536, 65_550],
])("encodeClientFrame() frames a payload of %d bytes in %d", (payloadBytes, frameBytes) => {
  assert.equal(encodeClientFrame(OPCODE.binary, new Uint8Array(payloadBytes), MASK).length, frameBytes);
});

Deno.test("encodeClientFrame() masks every byte when the length is no multiple of four", () => {
  const frame = encodeClientFrame(OPCODE.binary, new Uint8Array(7), MASK);
  assert.deepEqual(frame.subarray(6), Uint8Array.of(1, 2, 3, 4, 1, 2, 3));
});

Deno.test.each([0, 1, 125, 126, 65_535, 65_536, 1_000_000])(
  "decodeServerFrame() reads a payload of %d bytes and nothing behind it",
  (payloadBytes) => {
    const payload = new Uint8Array(payloadBytes).fill(7);
    const bytes = unmaskedFrame(OPCODE.text, payload);
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes);
    const whole = decodeServerFrame(padded, 2 ** 24);
    assert.deepEqual(whole?.frame, { final: true, opcode: OPCODE.text, payload });
    assert.equal(whole?.byteLength, bytes.length);
  },
);

Deno.test("decodeServerFrame() waits for more at every cut of a frame", () => {
  const bytes = unmaskedFrame(OPCODE.text, new Uint8Array(300));
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(decodeServerFrame(bytes.subarray(0, length), 1000), undefined);
  }
});

Deno.test.each([
  ["a masked frame", serverFrame(0x81, 0x80), /masked/],
  ["a reserved bit", serverFrame(0xc1, 0x00), /reserved bit/],
  ["a fragmented ping", serverFrame(0x09, 0x00), /control frame \(opcode 9\)/],
  ["a long ping", serverFrame(0x89, 126, 0, 200), /control frame \(opcode 9\)/],
  ["a payload above the limit", serverFrame(0x81, 126, 0x03, 0xe9), /1001 bytes is above the limit of 1000/],
  [
    "a length of 64 bits that no memory holds",
    serverFrame(0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255),
    /18446744073709551615 bytes is above/,
  ],
])("decodeServerFrame() refuses %s", (_name, bytes, message) => {
  assert.throws(() => decodeServerFrame(bytes, 1000), { code: "ERR_REPLAY_PROTOCOL", message });
});

function unmaskedFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const masked = encodeClientFrame(opcode, payload, new Uint8Array(4));
  const maskStart = masked.length - payload.length - 4;
  const frame = new Uint8Array(masked.length - 4);
  frame.set(masked.subarray(0, maskStart));
  frame.set(payload, maskStart);
  frame[1] = (frame[1] ?? 0) & 0x7f;
  return frame;
}
