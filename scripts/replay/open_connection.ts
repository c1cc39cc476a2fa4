import { messageOf } from "@reflow/shared/errors";
import { deadline } from "@reflow/shared/lifecycle";
import { encodeUpgradeRequest, newWebSocketKey, upgradeProblem, type WsTarget } from "./handshake.ts";
import { ReplayError } from "./replay_error.ts";

/** A TCP connection on which the server has agreed to speak WebSocket. */
export interface OpenConnection {
  readonly conn: Deno.TcpConn;
  /** What was read behind the server's answer: the start of its first frame, often empty. */
  readonly rest: Uint8Array;
}

/** How long to try. */
export interface OpenOptions {
  readonly signal?: AbortSignal;
  /** From the first SYN to the end of the handshake; 10 s by default. */
  readonly connectTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_HEAD_BYTES = 16 * 1024;
const END_OF_HEAD = "\r\n\r\n";

/**
 * Connects and shakes hands.
 *
 * @throws ReplayError `ERR_REPLAY_CONNECT` when there is no connection in the end; the abort reason when the signal
 * aborts. The socket is closed in both cases.
 */
export async function openConnection(target: WsTarget, options: OpenOptions = {}): Promise<OpenConnection> {
  const { signal, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  signal?.throwIfAborted();
  using limit = deadline(connectTimeoutMs, signal);
  let conn: Deno.TcpConn | undefined;
  try {
    conn = await Deno.connect({ hostname: target.hostname, port: target.port, signal: limit.signal });
    return { conn, rest: await shakeHands(conn, target, limit.signal) };
  } catch (error) {
    if (conn !== undefined) closeQuietly(conn);
    signal?.throwIfAborted();
    if (limit.expired) throw connectError(target, `it is not open after ${connectTimeoutMs} ms`, error);
    throw error instanceof ReplayError ? error : connectError(target, messageOf(error), error);
  }
}

/** Closes a connection that may have been closed before. */
export function closeQuietly(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** Sends the upgrade request and checks the answer; returns the bytes behind it. */
async function shakeHands(conn: Deno.TcpConn, target: WsTarget, signal: AbortSignal): Promise<Uint8Array> {
  const abort = () => closeQuietly(conn);
  signal.addEventListener("abort", abort);
  try {
    const key = newWebSocketKey();
    const request = encodeUpgradeRequest(target, key);
    for (let at = 0; at < request.length;) at += await conn.write(request.subarray(at));
    const head = new Uint8Array(MAX_HEAD_BYTES);
    for (let filled = 0; filled < head.length;) {
      const count = await conn.read(head.subarray(filled));
      if (count === null) throw connectError(target, "the server ended it during the handshake");
      filled += count;
      // Latin-1 keeps one character per byte, so an index in the text is an index in the bytes.
      const text = new TextDecoder("latin1").decode(head.subarray(0, filled));
      const headEnd = text.indexOf(END_OF_HEAD);
      if (headEnd < 0) continue;
      const problem = upgradeProblem(text.slice(0, headEnd), key);
      if (problem !== undefined) throw connectError(target, problem);
      return head.slice(headEnd + END_OF_HEAD.length, filled);
    }
    throw connectError(target, `the head of the answer is longer than ${MAX_HEAD_BYTES} bytes`);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function connectError(target: WsTarget, state: string, cause?: unknown): ReplayError {
  return new ReplayError(`Cannot connect to "${target.shownUrl}": ${state}`, {
    code: "ERR_REPLAY_CONNECT",
    cause,
  });
}
