import assert from "node:assert/strict";
import { newUuid } from "@reflow/shared/ids";
import { manualClock } from "@reflow/shared/time";
import { createHttpSender } from "./http_sender.ts";
import type { SendOutcome } from "./types.ts";

const STREAM = { collector: newUuid(), stream: newUuid() };
const BYTES = new Uint8Array([1, 2, 3]).subarray(1);

interface Seen {
  url: string;
  headers: Headers;
  body: Uint8Array;
}

async function send(
  answer: (signal: AbortSignal) => Response | Promise<Response>,
  options: { readonly url?: string; readonly token?: string } = {},
): Promise<{ outcome: SendOutcome; seen: Seen | undefined }> {
  using clock = manualClock({ startUnixMs: Date.parse("2024-01-01T00:00:00Z") });
  let seen: Seen | undefined;
  const sender = createHttpSender({
    clock,
    async fetch(input, init) {
      const request = new Request(input, init);
      seen = { url: request.url, headers: request.headers, body: await request.bytes() };
      return await answer(init?.signal ?? new AbortController().signal);
    },
  }, {
    url: new URL(options.url ?? "https://central.example/base/?x=1#y"),
    token: options.token,
    timeoutMs: 30_000,
    userAgent: "test/1",
  });
  const outcome = sender.send(STREAM, BYTES, new AbortController().signal);
  return { outcome: await outcome, seen };
}

Deno.test("a sender posts the blocks to the stream's address with the token", async () => {
  const { outcome, seen } = await send(() => Response.json({ watermark: 7 }), { token: "secret" });
  assert.deepEqual(outcome, { kind: "accepted", watermark: 7 });
  assert.equal(
    seen?.url,
    `https://central.example/base/v1/streams/${STREAM.collector}/${STREAM.stream}/batches`,
  );
  assert.equal(seen.headers.get("authorization"), "Bearer secret");
  assert.equal(seen.headers.get("content-type"), "application/vnd.reflow.blocks");
  assert.equal(seen.headers.get("user-agent"), "test/1");
  assert.deepEqual(seen.body, BYTES.slice());
});

Deno.test("a sender without a token sends no credentials", async () => {
  const { seen } = await send(() => Response.json({ watermark: 7 }));
  assert.equal(seen?.headers.has("authorization"), false);
});

const ERROR = { error: { code: "ERR_X", message: "because" } };

Deno.test.each<[string, () => Response, SendOutcome]>([
  ["409 with the expected sequence", () => Response.json({ ...ERROR, expected: 3 }, { status: 409 }), {
    kind: "gap",
    expected: 3,
  }],
  ["409 without one", () => Response.json(ERROR, { status: 409 }), {
    kind: "unreachable",
    message: "409 ERR_X because",
  }],
  ["200 of somebody else", () => new Response("<html>"), {
    kind: "unreachable",
    message: "200 without a watermark: is this the address of central?",
  }],
  ["200 with a negative watermark", () => Response.json({ watermark: -1 }), {
    kind: "unreachable",
    message: "200 without a watermark: is this the address of central?",
  }],
  ["an endless 200", () => new Response(`{"watermark":7,"x":"${"x".repeat(70_000)}"}`), {
    kind: "unreachable",
    message: "200 without a watermark: is this the address of central?",
  }],
  ["413", () => new Response("", { status: 413 }), { kind: "too_large" }],
  ["400", () => Response.json(ERROR, { status: 400 }), { kind: "rejected", message: "400 ERR_X because" }],
  ["422 without JSON", () => new Response("no", { status: 422 }), { kind: "rejected", message: "422" }],
  ["401", () => Response.json(ERROR, { status: 401 }), {
    kind: "unauthorized",
    message: "401 ERR_X because",
  }],
  ["403", () => new Response("", { status: 403 }), { kind: "unauthorized", message: "403" }],
  ["429 with seconds", () => new Response("", { status: 429, headers: { "retry-after": "7" } }), {
    kind: "throttled",
    retryAfterMs: 7_000,
    message: "429",
  }],
  [
    "503 with a date",
    () => new Response("", { status: 503, headers: { "retry-after": "Mon, 01 Jan 2024 00:01:00 GMT" } }),
    { kind: "throttled", retryAfterMs: 60_000, message: "503" },
  ],
  ["503 with nonsense", () => new Response("", { status: 503, headers: { "retry-after": "soon" } }), {
    kind: "throttled",
    retryAfterMs: undefined,
    message: "503",
  }],
  ["500", () => new Response("", { status: 500 }), { kind: "unreachable", message: "500" }],
  ["a redirect", () => new Response("", { status: 302, headers: { location: "https://evil.example" } }), {
    kind: "unreachable",
    message: "302",
  }],
])("a sender understands %s", async (_name, answer, expected) => {
  assert.deepEqual((await send(answer)).outcome, expected);
});

Deno.test("a sender reports a failed connection as unreachable", async () => {
  const { outcome } = await send(() => Promise.reject(new TypeError("connection refused")));
  assert.deepEqual(outcome, { kind: "unreachable", message: "connection refused" });
});

Deno.test("a sender gives up waiting after its timeout", async () => {
  using clock = manualClock();
  const sender = createHttpSender({
    clock,
    fetch: (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      }),
  }, { url: new URL("http://central"), timeoutMs: 30_000, userAgent: "test/1" });
  const outcome = sender.send(STREAM, BYTES, new AbortController().signal);
  await clock.advance(30_000);
  assert.deepEqual(await outcome, { kind: "unreachable", message: "no answer within 30000 ms" });
});
