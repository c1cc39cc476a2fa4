import assert from "node:assert/strict";
import { newUuid } from "@reflow/shared/ids";
import { StoreError } from "../store/mod.ts";
import { IngestError } from "./ingest_error.ts";
import type { Ingest, IngestResult } from "./ingest.ts";
import { BATCH_CONTENT_TYPE, ingestRoutes } from "./routes.ts";

const PATH = `/v1/streams/${newUuid()}/${newUuid()}`;

function appThat(answer: () => IngestResult, taken: Uint8Array[] = []) {
  const ingest: Ingest = {
    ingestBatch(_stream, bytes) {
      taken.push(bytes);
      return Promise.resolve().then(answer);
    },
    ingestLines: () => Promise.resolve().then(answer),
    watermark: () => Promise.resolve(42),
  };
  return ingestRoutes(ingest, { maxBodyBytes: 10 });
}

function post(body: BodyInit | null, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body, headers: { "content-type": BATCH_CONTENT_TYPE, ...headers } };
}

async function answerOf(response: Response): Promise<unknown> {
  return await response.json();
}

Deno.test("POST batches answers the watermark and passes the bytes on", async () => {
  const taken: Uint8Array[] = [];
  const app = appThat(() => ({ kind: "accepted", watermark: 7 }), taken);
  const response = await app.request(`${PATH}/batches`, post(new Uint8Array([1, 2, 3])));
  assert.equal(response.status, 200);
  assert.deepEqual(await answerOf(response), { watermark: 7 });
  assert.deepEqual([...taken[0] ?? []], [1, 2, 3]);
});

Deno.test("POST batches puts a body together that comes in pieces", async () => {
  const taken: Uint8Array[] = [];
  const app = appThat(() => ({ kind: "accepted", watermark: 7 }), taken);
  const body = ReadableStream.from([new Uint8Array([1, 2]), new Uint8Array([3]), new Uint8Array([4])]);
  await app.request(`${PATH}/batches`, post(body));
  assert.deepEqual([...taken[0] ?? []], [1, 2, 3, 4]);
});

Deno.test("POST batches answers 409 with what is expected when records are missing", async () => {
  const response = await appThat(() => ({ kind: "gap", expected: 3 })).request(`${PATH}/batches`, post("x"));
  assert.equal(response.status, 409);
  assert.deepEqual(await answerOf(response), {
    error: {
      code: "ERR_BATCH_GAP",
      message: "Cannot take batch: records before it are missing, expected sequence 3",
    },
    expected: 3,
  });
});

Deno.test("POST batches stops reading a body that is too large", async () => {
  let given = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      given++;
      controller.enqueue(new Uint8Array(4));
    },
  });
  const response = await appThat(() => assert.fail()).request(`${PATH}/batches`, post(endless));
  assert.equal(response.status, 413);
  assert.ok(given < 10, `read ${given} pieces`);
});

Deno.test.each([
  [
    "415 without the media type",
    post("x", { "content-type": "application/json" }),
    415,
    "ERR_BATCH_MEDIA_TYPE",
  ],
  ["415 for a packed body", post("x", { "content-encoding": "gzip" }), 415, "ERR_BATCH_MEDIA_TYPE"],
  ["413 for an announced length", post("0123456789ab"), 413, "ERR_BATCH_TOO_LARGE"],
])("POST batches answers %s", async (_what, request, status, code) => {
  const response = await appThat(() => assert.fail()).request(`${PATH}/batches`, request);
  assert.equal(response.status, status);
  assert.equal(JSON.stringify(await answerOf(response)).includes(`"code":"${code}"`), true);
});

Deno.test("POST batches answers 400 with what is wrong for a malformed batch", async () => {
  const app = appThat(() => {
    throw new IngestError("Cannot read batch at byte 9: x", { code: "ERR_BATCH_MALFORMED" });
  });
  const response = await app.request(`${PATH}/batches`, post("x"));
  assert.equal(response.status, 400);
  assert.deepEqual(await answerOf(response), {
    error: { code: "ERR_BATCH_MALFORMED", message: "Cannot read batch at byte 9: x" },
  });
});

Deno.test("POST batches answers 503 with Retry-After while the store is away, without its inner words", async () => {
  const app = appThat(() => {
    throw new StoreError("Cannot reach 10.0.0.7", { code: "ERR_STORE_UNAVAILABLE", retryable: true });
  });
  const response = await app.request(`${PATH}/batches`, post("x"));
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.doesNotMatch(await response.text(), /10\.0\.0\.7/);
});

Deno.test("POST batches leaves other failures to the application", async () => {
  const broken = new StoreError("Cannot x: y", { code: "ERR_STORE_QUERY" });
  const app = appThat(() => {
    throw broken;
  });
  const seen: unknown[] = [];
  app.onError((error, c) => {
    seen.push(error);
    return c.text("", 500);
  });
  assert.equal((await app.request(`${PATH}/batches`, post("x"))).status, 500);
  assert.deepEqual(seen, [broken]);
});

Deno.test("GET stream answers the watermark, and 404 for an address that is none", async () => {
  const app = appThat(() => assert.fail());
  assert.deepEqual(await answerOf(await app.request(PATH)), { watermark: 42 });
  assert.equal((await app.request(`/v1/streams/x/${newUuid()}`)).status, 404);
  assert.equal((await app.request(`/v1/streams/x/y/batches`, post("x"))).status, 404);
});

Deno.test("POST batches answers 503 with Retry-After while too many batches wait", async () => {
  const app = appThat(() => {
    throw new IngestError("Cannot take batch now: x", { code: "ERR_INGEST_BUSY", retryable: true });
  });
  const response = await app.request(`${PATH}/batches`, post("x"));
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.deepEqual(await answerOf(response), {
    error: { code: "ERR_INGEST_BUSY", message: "Cannot take batch now: x" },
  });
});
