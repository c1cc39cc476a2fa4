import { messageOf } from "@reflow/shared/errors";
import type { StreamId } from "@reflow/shared/ids";
import { deadline } from "@reflow/shared/lifecycle";
import type { Clock } from "@reflow/shared/time";
import { readJsonBody } from "./limited_body.ts";
import type { Sender, SendOutcome } from "./types.ts";

/** Where and how batches are posted. */
export interface HttpSenderOptions {
  /** Base address of central; `/v1/streams/…` is added to its path. */
  readonly url: URL;
  /** Bearer token; none is sent when absent. */
  readonly token?: string | undefined;
  /** Longest wait for a whole answer. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

/** Central answers with a few dozen bytes; error texts are cut anyway. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_MESSAGE_LENGTH = 500;

/** Makes a sender over HTTP. Redirects are not followed: they would carry the token elsewhere. */
export function createHttpSender(
  deps: { readonly fetch: typeof fetch; readonly clock: Clock },
  options: HttpSenderOptions,
): Sender {
  const base = options.url.href.replace(/[?#].*$/, "").replace(/\/+$/, "");
  const headers = new Headers({
    "content-type": "application/vnd.reflow.blocks",
    accept: "application/json",
    "user-agent": options.userAgent,
  });
  if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);

  return {
    async send(stream: StreamId, bytes: Uint8Array, signal: AbortSignal): Promise<SendOutcome> {
      using limit = deadline(options.timeoutMs, signal, { clock: deps.clock });
      try {
        const response = await deps.fetch(`${base}/v1/streams/${stream.collector}/${stream.stream}/batches`, {
          method: "POST",
          headers,
          body: bodyOf(bytes),
          redirect: "manual",
          signal: limit.signal,
        });
        const answer = await readJsonBody(response, MAX_ANSWER_BYTES);
        return outcomeOf(response, answer, deps.clock.now());
      } catch (error) {
        return {
          kind: "unreachable",
          message: limit.expired ? `no answer within ${options.timeoutMs} ms` : messageOf(error),
        };
      }
    },
  };
}

/** What an answer says about the batch. */
function outcomeOf(response: Response, answer: unknown, nowMs: number): SendOutcome {
  const { status } = response;
  const message = `${status} ${errorText(answer)}`.trim();
  switch (status) {
    case 200: {
      const watermark = countIn(answer, "watermark");
      if (watermark !== undefined) return { kind: "accepted", watermark };
      return { kind: "unreachable", message: "200 without a watermark: is this the address of central?" };
    }
    case 409: {
      const expected = countIn(answer, "expected");
      return expected === undefined ? { kind: "unreachable", message } : { kind: "gap", expected };
    }
    case 400:
    case 422:
      return { kind: "rejected", message };
    case 401:
    case 403:
      return { kind: "unauthorized", message };
    case 413:
      return { kind: "too_large" };
    case 429:
    case 503:
      return {
        kind: "throttled",
        retryAfterMs: retryAfterMs(response.headers.get("retry-after"), nowMs),
        message,
      };
    default:
      return { kind: "unreachable", message };
  }
}

/** Reads `Retry-After` (RFC 9110 section 10.2.3): seconds or a date. */
function retryAfterMs(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1_000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

function countIn(answer: unknown, name: "watermark" | "expected"): number | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const value: unknown = Reflect.get(answer, name);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** `{"error":{"code","message"}}` as one line. */
function errorText(answer: unknown): string {
  if (typeof answer !== "object" || answer === null || !("error" in answer)) return "";
  const { error } = answer;
  if (typeof error !== "object" || error === null) return "";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const message = "message" in error && typeof error.message === "string" ? error.message : "";
  return `${code} ${message}`.trim().slice(0, MAX_MESSAGE_LENGTH);
}

// `fetch` takes views on an ArrayBuffer only; ours always are, so nothing is copied.
function bodyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, bytes.byteOffset, bytes.byteLength)
    : bytes.slice();
}
