import { ReplayError } from "./replay_error.ts";
import { decodeServerFrame, OPCODE, type ServerFrame } from "./ws_frame.ts";

/** What a server said: a whole message, or a control frame. */
export type ServerMessage =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly byteLength: number }
  | { readonly kind: "ping"; readonly payload: Uint8Array<ArrayBuffer> }
  | { readonly kind: "pong" }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

/** Limits on what a server may send; the real client's are 16 MiB per frame and 64 MiB per message. */
export interface MessageLimits {
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
}

// RFC 6455, section 7.4.1: the code to report for a Close frame without one.
const NO_STATUS = 1005;
const FIRST_BUFFER_BYTES = 64 * 1024;

/**
 * Turns the bytes of a connection into messages, whatever the cuts between reads and frames. It holds at most one
 * unfinished frame and the fragments of one message.
 */
export class MessageReader {
  readonly #limits: MessageLimits;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #fragments: Uint8Array<ArrayBuffer>[] = [];
  #fragmentBytes = 0;
  #fragmentOpcode: number | undefined;

  constructor(limits: MessageLimits) {
    this.#limits = limits;
  }

  /**
   * Takes what was read and yields the messages that it completes. Iterate to the end before the next call.
   *
   * @throws ReplayError `ERR_REPLAY_PROTOCOL` for what RFC 6455 forbids, text that is no UTF-8, and a limit passed.
   */
  *push(bytes: Uint8Array): Generator<ServerMessage> {
    this.#append(bytes);
    while (true) {
      const decoded = decodeServerFrame(
        this.#buffer.subarray(this.#start, this.#end),
        this.#limits.maxFrameBytes,
      );
      if (decoded === undefined) return;
      const message = this.#take(decoded.frame);
      this.#start += decoded.byteLength;
      if (message !== undefined) yield message;
    }
  }

  #append(bytes: Uint8Array): void {
    const kept = this.#end - this.#start;
    if (this.#end + bytes.length > this.#buffer.length) {
      // Doubling keeps a frame of many reads from being copied once per read.
      const size = Math.max(this.#buffer.length, 2 ** Math.ceil(Math.log2(kept + bytes.length)));
      const target = size === this.#buffer.length ? this.#buffer : new Uint8Array(size);
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#start = 0;
      this.#end = kept;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #take(frame: ServerFrame): ServerMessage | undefined {
    const { opcode, payload } = frame;
    switch (opcode) {
      case OPCODE.ping:
        return { kind: "ping", payload: payload.slice() };
      case OPCODE.pong:
        return { kind: "pong" };
      case OPCODE.close:
        return this.#close(payload);
      case OPCODE.text:
      case OPCODE.binary:
      case OPCODE.continuation:
        return this.#data(frame);
      default:
        throw broken(`opcode ${opcode} is reserved`);
    }
  }

  #data({ final, opcode, payload }: ServerFrame): ServerMessage | undefined {
    const continues = opcode === OPCODE.continuation;
    if (continues !== (this.#fragmentOpcode !== undefined)) {
      throw broken(continues ? "a continuation has no beginning" : "a message begins inside another");
    }
    if (!continues && final) return this.#message(opcode, payload);
    this.#fragmentBytes += payload.length;
    if (this.#fragmentBytes > this.#limits.maxMessageBytes) {
      throw broken(`a message is above the limit of ${this.#limits.maxMessageBytes} bytes`);
    }
    this.#fragmentOpcode ??= opcode;
    // Empty fragments are legal and cost nothing here, however many a server sends.
    if (payload.length > 0) this.#fragments.push(payload.slice());
    return final ? this.#message(this.#fragmentOpcode, this.#joinFragments()) : undefined;
  }

  #joinFragments(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#fragmentBytes);
    let at = 0;
    for (const fragment of this.#fragments) {
      whole.set(fragment, at);
      at += fragment.length;
    }
    this.#fragments = [];
    this.#fragmentBytes = 0;
    return whole;
  }

  #message(opcode: number, payload: Uint8Array<ArrayBuffer>): ServerMessage {
    this.#fragmentOpcode = undefined;
    return opcode === OPCODE.text
      ? { kind: "text", text: this.#text(payload) }
      : { kind: "binary", byteLength: payload.length };
  }

  #close(payload: Uint8Array<ArrayBuffer>): ServerMessage {
    const [high, low] = payload;
    if (high === undefined || low === undefined) return { kind: "close", code: NO_STATUS, reason: "" };
    return { kind: "close", code: high * 256 + low, reason: this.#text(payload.subarray(2)) };
  }

  #text(payload: Uint8Array): string {
    try {
      return this.#decoder.decode(payload);
    } catch (error) {
      throw broken("a text is no UTF-8", error);
    }
  }
}

function broken(state: string, cause?: unknown): ReplayError {
  return new ReplayError(`Cannot read the server's messages: ${state}`, {
    code: "ERR_REPLAY_PROTOCOL",
    cause,
  });
}
