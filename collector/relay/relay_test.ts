import assert from "node:assert/strict";
import { recordingLogger } from "@reflow/shared/telemetry";
import { manualClock, systemClock } from "@reflow/shared/time";
import { createRelay } from "./mod.ts";

const QUESTION = `{"GetTrace":{"trace_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8"}}`;
const request = { kind: "ping" } as const;

function relayTo(
  answer: (request: Request) => Response | Promise<Response>,
  { timeoutMs = 5000, clock = systemClock } = {},
) {
  const asked: Request[] = [];
  const log = recordingLogger();
  const relay = createRelay({
    clock,
    log,
    fetch: async (input, init) => {
      const sent = new Request(input, init);
      asked.push(sent);
      return await answer(sent);
    },
  }, { url: "https://central.test/", token: "secret", timeoutMs });
  return { asked, log, ask: (signal = new AbortController().signal) => relay(request, QUESTION, signal) };
}

Deno.test("relay passes the question and central's answer on as they are", async () => {
  const { ask, asked } = relayTo(() => new Response(`{"TraceData":{"trace":null}}`));
  assert.equal(await ask(), `{"TraceData":{"trace":null}}`);
  assert.equal(asked[0]?.url, "https://central.test/v1/query");
  assert.equal(asked[0]?.headers.get("authorization"), "Bearer secret");
  assert.equal(await asked[0]?.text(), QUESTION);
});

Deno.test("relay answers Error with the reason when central cannot be reached", async () => {
  const { ask } = relayTo(() => Promise.reject(new TypeError("connection refused")));
  const answer = JSON.parse(await ask());
  assert.equal(answer.Error.code, "StorageError");
  assert.match(answer.Error.message, /central\.test.*connection refused/);
});

Deno.test("relay answers Unauthorized when central refuses the token", async () => {
  const { ask } = relayTo(() => new Response("no", { status: 401 }));
  assert.equal(JSON.parse(await ask()).Error.code, "Unauthorized");
});

Deno.test("relay refuses an answer that no program could read", async () => {
  const { ask } = relayTo(() => new Response(new Uint8Array(17 * 1024 * 1024)));
  assert.equal(JSON.parse(await ask()).Error.code, "InvalidRequest");
});

Deno.test("relay gives up when central is silent for too long", async () => {
  const { ask } = relayTo(
    (sent) =>
      new Promise((_, reject) => sent.signal.addEventListener("abort", () => reject(sent.signal.reason))),
    { timeoutMs: 20 },
  );
  assert.match(JSON.parse(await ask()).Error.message, /no answer within 20 ms/);
});

Deno.test("relay complains once in a while when central is away and many questions come", async () => {
  using clock = manualClock();
  const { ask, log } = relayTo(() => Promise.reject(new TypeError("connection refused")), { clock });
  for (let i = 0; i < 100; i++) await ask();
  assert.equal(log.lines.length, 1);
  await clock.advance(60_000);
  await ask();
  assert.deepEqual(log.lines.map(({ fields }) => fields["unsaid"]), [0, 99]);
});

Deno.test("relay answers at once when too many questions wait for central", async () => {
  const waiting: (() => void)[] = [];
  const { ask, asked } = relayTo(() =>
    new Promise((resolve) => waiting.push(() => resolve(new Response(`"Pong"`))))
  );
  const answers = Array.from({ length: 64 }, () => ask());
  assert.match(JSON.parse(await ask()).Error.message, /64 questions wait for central/);
  assert.equal(asked.length, 64);
  for (const release of waiting.splice(0)) release();
  await Promise.all(answers);
  const later = ask();
  for (const release of waiting.splice(0)) release();
  assert.equal(await later, `"Pong"`);
});
