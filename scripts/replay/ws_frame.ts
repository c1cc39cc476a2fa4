import { ReplayError } from "./replay_error.ts";

/** RFC 6455, section 11.8: the opcodes in use. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as a server sent it, its payload unmasked because servers do not mask. */
export interface ServerFrame {
  /** Whether the message ends here. */
  readonly final: boolean;
  /** 0–15; see {@linkcode OPCODE}. */
  readonly opcode: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** A frame at the start of a buffer, and how many bytes it takes there. */
export interface DecodedFrame {
  readonly frame: ServerFrame;
  readonly byteLength: number;
}

/** Where the payload of the first frame in a buffer lies. */
interface FrameSpan {
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

// RFC 6455, section 5.2: up to 125 bytes are named in the second byte; 126 and 127 announce a longer field.
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;
const MASK_BYTES = 4;
const MAX_CONTROL_BYTES = 125;

/**
 * Encodes one unfragmented frame as a client has to send it: masked with the four bytes of `mask`.
 *
 * @throws RangeError when `mask` is not four bytes long.
 */
export function encodeClientFrame(
  opcode: number,
  payload: Uint8Array,
  mask: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (mask.length !== MASK_BYTES) {
    throw new RangeError(`Cannot mask a frame: the mask has ${mask.length} bytes`);
  }
  const length = payload.length;
  const lengthBytes = length < LENGTH_16_BITS ? 0 : length < 0x1_0000 ? 2 : 8;
  const payloadStart = 2 + lengthBytes + MASK_BYTES;
  const frame = new Uint8Array(payloadStart + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? LENGTH_16_BITS : LENGTH_64_BITS);
  if (lengthBytes === 2) view.setUint16(2, length);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  frame.set(mask, payloadStart - MASK_BYTES);
  frame.set(payload, payloadStart);
  applyMask(frame.subarray(payloadStart), mask);
  return frame;
}

/**
 * Decodes the frame at the start of `buffer`, or returns `undefined` while bytes are missing. The payload is a view
 * into `buffer`: copy what outlives it.
 *
 * @throws ReplayError `ERR_REPLAY_PROTOCOL` for a masked frame, a reserved bit, a control frame that is long or
 * fragmented, and a payload above `maxPayloadBytes`.
 */
export function decodeServerFrame(
  buffer: Uint8Array<ArrayBuffer>,
  maxPayloadBytes: number,
): DecodedFrame | undefined {
  const [first, second] = buffer;
  if (first === undefined || second === undefined) return undefined;
  const opcode = first & 0x0f;
  const final = (first & 0x80) !== 0;
  if ((first & 0x70) !== 0) throw broken("a reserved bit is set although no extension was agreed");
  if ((second & 0x80) !== 0) throw broken("a frame from the server is masked");
  if (opcode >= OPCODE.close && (!final || second > MAX_CONTROL_BYTES)) {
    throw broken(
      `a control frame (opcode ${opcode}) is fragmented or longer than ${MAX_CONTROL_BYTES} bytes`,
    );
  }
  const span = frameSpan(buffer, second, maxPayloadBytes);
  if (span === undefined || span.payloadEnd > buffer.length) return undefined;
  const payload = buffer.subarray(span.payloadStart, span.payloadEnd);
  return { frame: { final, opcode, payload }, byteLength: span.payloadEnd };
}

function frameSpan(buffer: Uint8Array, shortLength: number, maxPayloadBytes: number): FrameSpan | undefined {
  const lengthBytes = shortLength === LENGTH_16_BITS ? 2 : shortLength === LENGTH_64_BITS ? 8 : 0;
  const payloadStart = 2 + lengthBytes;
  if (buffer.length < payloadStart) return undefined;
  const view = new DataView(buffer.buffer, buffer.byteOffset, payloadStart);
  const length = lengthBytes === 0
    ? BigInt(shortLength)
    : lengthBytes === 2
    ? BigInt(view.getUint16(2))
    : view.getBigUint64(2);
  if (length > BigInt(maxPayloadBytes)) {
    throw broken(`a frame of ${length} bytes is above the limit of ${maxPayloadBytes}`);
  }
  return { payloadStart, payloadEnd: payloadStart + Number(length) };
}

function applyMask(bytes: Uint8Array, mask: Uint8Array): void {
  const [m0 = 0, m1 = 0, m2 = 0, m3 = 0] = mask;
  const { length } = bytes;
  const wholeEnd = length - (length % MASK_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const word = ((m0 << 24) | (m1 << 16) | (m2 << 8) | m3) >>> 0;
  // Four bytes at a time: the load generators of the benchmarks mask every byte that they send.
  for (let at = 0; at < wholeEnd; at += MASK_BYTES) view.setUint32(at, view.getUint32(at) ^ word);
  for (let at = wholeEnd; at < length; at++) {
    view.setUint8(at, view.getUint8(at) ^ (mask[at - wholeEnd] ?? 0));
  }
}

function broken(state: string): ReplayError {
  return new ReplayError(`Cannot read the server's frames: ${state}`, { code: "ERR_REPLAY_PROTOCOL" });
}
