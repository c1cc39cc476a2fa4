import { messageOf } from "@reflow/shared/errors";
import { deadline } from "@reflow/shared/lifecycle";
import { AnswerQueue } from "./answer_queue.ts";
import { parseWsUrl, type WsTarget } from "./handshake.ts";
import { MessageReader, type ServerMessage } from "./message_reader.ts";
import { closeQuietly, openConnection } from "./open_connection.ts";
import { ReplayError } from "./replay_error.ts";
import { encodeClientFrame, OPCODE } from "./ws_frame.ts";

/** How a connection ended. */
export type RawEnd =
  /** We closed it: `drop()`, disposal, or the signal. */
  | { readonly kind: "dropped" }
  /** The server sent a Close frame; `code` is 1005 when it named none. */
  | { readonly kind: "closed"; readonly code: number; readonly reason: string }
  /** The TCP connection ended or broke, or the server broke the protocol. */
  | { readonly kind: "lost"; readonly error: ReplayError };

/** How to connect; all sizes in bytes, all times in milliseconds. */
export interface RawClientOptions {
  /** Ends the connection at once, also while it is being made. */
  readonly signal?: AbortSignal;
  /** Hears of every answer when it arrives. Without it answers wait in a queue for `next()`. */
  readonly onAnswer?: (text: string) => void;
  /** From the first SYN to the end of the handshake; 10 s by default. */
  readonly connectTimeoutMs?: number;
  /** Answers that may wait unread; above it reading stops until `next()` makes room. 10 000 by default. */
  readonly maxQueuedAnswers?: number;
  /** Largest frame accepted from the server; 16 MiB by default, as in the real client. */
  readonly maxFrameBytes?: number;
  /** Largest message accepted from the server; 64 MiB by default, as in the real client. */
  readonly maxMessageBytes?: number;
}

const MAX_QUEUED_ANSWERS = 10_000;
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 64 * 1024;
// How long `drop()` goes on reading before it closes a socket that the server keeps open.
const LINGER_MS = 2_000;

/**
 * Opens a WebSocket as the real client does: five headers, no extension, masked and unfragmented frames, a Pong for
 * every Ping, and never a Close frame.
 *
 * @throws ReplayError `ERR_REPLAY_OPTIONS` for a bad url, `ERR_REPLAY_CONNECT` when there is no connection in the end;
 * the abort reason when `signal` aborts.
 *
 * @example
 * ```ts
 * await using client = await connectRaw("ws://localhost:8080/orders");
 * await client.send('"Ping"');
 * assert.equal(await client.next(), '"Pong"');
 * await client.drop();
 * ```
 */
export async function connectRaw(url: string, options: RawClientOptions = {}): Promise<RawClient> {
  const target = parseWsUrl(url);
  const { conn, rest } = await openConnection(target, options);
  return new RawClient(conn, target, rest, options);
}

/** One open connection; made by {@linkcode connectRaw}. */
export class RawClient implements AsyncDisposable {
  /** Resolves when the connection has ended and its socket is closed; never rejects. */
  readonly ended: Promise<RawEnd>;
  readonly #conn: Deno.TcpConn;
  readonly #target: WsTarget;
  readonly #reader: MessageReader;
  readonly #answers: AnswerQueue;
  readonly #onAnswer: ((text: string) => void) | undefined;
  readonly #onAbort = () => this.#close();
  readonly #encoder = new TextEncoder();
  #writing: Promise<void> = Promise.resolve();
  #pongWaiting = false;
  #dropped = false;
  #end: RawEnd | undefined;
  #answerCount = 0;
  #binaryCount = 0;
  #pingCount = 0;

  /** For {@linkcode connectRaw}: takes over a connection whose handshake is done, and bytes already read from it. */
  constructor(conn: Deno.TcpConn, target: WsTarget, rest: Uint8Array, options: RawClientOptions) {
    this.#conn = conn;
    this.#target = target;
    this.#reader = new MessageReader({
      maxFrameBytes: options.maxFrameBytes ?? MAX_FRAME_BYTES,
      maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    });
    this.#answers = new AnswerQueue(options.maxQueuedAnswers ?? MAX_QUEUED_ANSWERS);
    this.#onAnswer = options.onAnswer;
    options.signal?.addEventListener("abort", this.#onAbort);
    this.ended = this.#run(rest).then((end) => {
      this.#end = end;
      options.signal?.removeEventListener("abort", this.#onAbort);
      this.#answers.end();
      return end;
    });
  }

  /** Text answers so far. */
  get answerCount(): number {
    return this.#answerCount;
  }

  /** Binary messages so far; like the real client this one does not look inside. */
  get binaryCount(): number {
    return this.#binaryCount;
  }

  /** Pings from the server so far. */
  get pingCount(): number {
    return this.#pingCount;
  }

  /**
   * Sends one text frame; returns when the operating system has taken it. Sends keep their order, and those that
   * nobody awaits wait in memory.
   *
   * @throws ReplayError `ERR_REPLAY_LOST` when the connection has ended.
   */
  send(text: string): Promise<void> {
    return this.sendBytes(this.#frame(OPCODE.text, this.#encoder.encode(text)));
  }

  /** Sends one binary frame; otherwise like `send()`. */
  sendBinary(payload: Uint8Array): Promise<void> {
    return this.sendBytes(this.#frame(OPCODE.binary, payload));
  }

  /**
   * Sends bytes as they are, behind what is already being sent: hostile ones, or several frames from
   * `encodeClientFrame()` in one write. Do not change them before the promise settles. Throws like `send()`.
   */
  sendBytes(bytes: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#write(bytes));
    // The caller hears of the failure; the sends behind this one find the same dead socket and say so themselves.
    this.#writing = written.catch(() => {});
    return written;
  }

  /**
   * Returns the oldest answer that was not read yet, waiting for it.
   *
   * @throws ReplayError `ERR_REPLAY_LOST` once the connection has ended and every answer was read.
   */
  async next(): Promise<string> {
    const answer = await this.#answers.next();
    if (answer === undefined) throw this.#lost(await this.ended);
    return answer;
  }

  /** Every answer until the connection ends; shares its queue with `next()`. */
  async *answers(): AsyncGenerator<string, void> {
    for (let answer = await this.#answers.next(); answer !== undefined; answer = await this.#answers.next()) {
      yield answer;
    }
  }

  /**
   * Lets the connection vanish without a Close frame: ends our half after what was sent so far, reads on until the
   * server ends its half or `lingerMs` (2 s by default) passed, and closes the socket. Reading on matters: closing a
   * socket with unread answers makes the system throw away frames that are still on their way.
   */
  async drop(lingerMs: number = LINGER_MS): Promise<void> {
    if (this.#end === undefined && lingerMs > 0) {
      using limit = deadline(lingerMs);
      limit.signal.addEventListener("abort", this.#onAbort);
      await this.#writing;
      this.#dropped = true;
      // Fails when the server was faster; then there is nothing to wait for.
      await this.#conn.closeWrite().catch(() => {});
      // An unread queue must not hold up the reader now.
      this.#answers.end();
      await this.ended;
    }
    this.#close();
    await this.ended;
  }

  /** Closes the socket at once; what is still on its way may be lost, as when a program is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.ended;
    await this.#writing;
  }

  async #run(rest: Uint8Array): Promise<RawEnd> {
    try {
      const end = await this.#read(rest);
      return this.#dropped ? { kind: "dropped" } : end;
    } catch (error) {
      if (this.#dropped) return { kind: "dropped" };
      return {
        kind: "lost",
        error: error instanceof ReplayError ? error : this.#lostError(messageOf(error), error),
      };
    } finally {
      closeQuietly(this.#conn);
    }
  }

  async #read(rest: Uint8Array): Promise<RawEnd> {
    const buffer = new Uint8Array(READ_BYTES);
    let bytes = rest;
    while (true) {
      for (const message of this.#reader.push(bytes)) {
        // The real client logs a Close frame, stops reading and drops the socket.
        if (message.kind === "close") return { ...message, kind: "closed" };
        const waiting = this.#hear(message);
        if (waiting !== undefined) await waiting;
      }
      const count = await this.#conn.read(buffer);
      if (count === null) return { kind: "lost", error: this.#lostError("the server ended it") };
      bytes = buffer.subarray(0, count);
    }
  }

  #hear(message: Exclude<ServerMessage, { kind: "close" }>): Promise<void> | undefined {
    switch (message.kind) {
      case "text":
        this.#answerCount++;
        if (this.#onAnswer === undefined) return this.#answers.push(message.text);
        this.#onAnswer(message.text);
        return undefined;
      case "binary":
        this.#binaryCount++;
        return undefined;
      case "ping":
        this.#pingCount++;
        this.#pong(message.payload);
        return undefined;
      case "pong":
        return undefined;
    }
  }

  #pong(payload: Uint8Array): void {
    // RFC 6455, section 5.5.3 allows to answer only the latest Ping; so a flood of them costs one pending frame.
    if (this.#pongWaiting || this.#dropped) return;
    this.#pongWaiting = true;
    this.sendBytes(this.#frame(OPCODE.pong, payload)).catch(() => {}).finally(() =>
      this.#pongWaiting = false
    );
  }

  #frame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
    return encodeClientFrame(opcode, payload, crypto.getRandomValues(new Uint8Array(4)));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#end !== undefined) throw this.#lost(this.#end);
    if (this.#dropped) throw this.#lost({ kind: "dropped" });
    try {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    } catch (error) {
      throw this.#dropped ? this.#lost({ kind: "dropped" }) : this.#lostError(messageOf(error), error);
    }
  }

  #close(): void {
    if (this.#end !== undefined) return;
    this.#dropped = true;
    this.#answers.end();
    closeQuietly(this.#conn);
  }

  #lost(end: RawEnd): ReplayError {
    if (end.kind === "lost") return end.error;
    return this.#lostError(
      end.kind === "dropped" ? "it was dropped here" : `the server closed it with ${end.code}`,
    );
  }

  #lostError(state: string, cause?: unknown): ReplayError {
    return new ReplayError(`Cannot use connection to "${this.#target.shownUrl}": ${state}`, {
      code: "ERR_REPLAY_LOST",
      cause,
    });
  }
}
