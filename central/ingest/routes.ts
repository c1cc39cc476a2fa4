import { type Context, Hono } from "hono";
import { parseStreamId, type StreamId } from "@reflow/shared/ids";
import { StoreError } from "../store/mod.ts";
import { IngestError, type IngestErrorCode } from "./ingest_error.ts";
import type { Ingest } from "./ingest.ts";
import { readBody } from "./read_body.ts";

/** Media type of a batch: whole blocks of `shared/record`. */
export const BATCH_CONTENT_TYPE = "application/vnd.reflow.blocks";

/** Limits of the routes. */
export interface IngestRoutesOptions {
  /** Largest body; 16 MiB unless told otherwise. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** How long a collector leaves a store alone that is away or busy. */
const RETRY_AFTER_SECONDS = "5";

const STATUS_OF = {
  ERR_BATCH_MALFORMED: 400,
  ERR_BATCH_TOO_LARGE: 413,
  ERR_INGEST_BUSY: 503,
  ERR_WRITER_CLOSED: 503,
  ERR_WRITER_OVERLOADED: 503,
} as const satisfies Record<IngestErrorCode, number>;

type Status = 400 | 404 | 409 | 413 | 415 | 503;

/**
 * The door for collectors.
 *
 * `POST /v1/streams/:collector/:stream/batches` stores a batch: 200 `{"watermark":N}`, 409 `{"error":…,"expected":N}`
 * when sequences are missing before it, 400 for bytes that are no batch, 413, 415, and 503 with `Retry-After` while
 * the store is away or too many batches wait. `GET /v1/streams/:collector/:stream` gives `{"watermark":N}`. Errors read
 * `{"error":{"code","message"}}`. What is thrown beyond these goes to the application's own handler.
 */
export function ingestRoutes(ingest: Ingest, options: IngestRoutesOptions = {}): Hono {
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  const routes = new Hono();

  routes.post("/v1/streams/:collector/:stream/batches", async (c) => {
    const stream = streamOf(c);
    if (stream === undefined) return noStream(c);
    const media = c.req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
    const coding = c.req.header("content-encoding") ?? "identity";
    if (media !== BATCH_CONTENT_TYPE || coding !== "identity") {
      const message =
        `Cannot take batch: expected content-type ${BATCH_CONTENT_TYPE} without content-encoding`;
      return failure(c, 415, "ERR_BATCH_MEDIA_TYPE", message);
    }
    return await answering(c, async () => {
      const result = await ingest.ingestBatch(stream, await readBody(c.req.raw, maxBodyBytes));
      if (result.kind === "accepted") return c.json({ watermark: result.watermark });
      const message =
        `Cannot take batch: records before it are missing, expected sequence ${result.expected}`;
      return c.json({ error: { code: "ERR_BATCH_GAP", message }, expected: result.expected }, 409);
    });
  });

  routes.get("/v1/streams/:collector/:stream", async (c) => {
    const stream = streamOf(c);
    if (stream === undefined) return noStream(c);
    return await answering(c, async () => c.json({ watermark: await ingest.watermark(stream) }));
  });

  return routes;
}

async function answering(c: Context, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof IngestError && error.retryable) c.header("retry-after", RETRY_AFTER_SECONDS);
    if (error instanceof IngestError) return failure(c, STATUS_OF[error.code], error.code, error.message);
    if (error instanceof StoreError && error.retryable) {
      c.header("retry-after", RETRY_AFTER_SECONDS);
      return failure(c, 503, error.code, "Cannot reach the store; the batch may be sent again");
    }
    throw error;
  }
}

function streamOf(c: Context): StreamId | undefined {
  return parseStreamId(c.req.param("collector") ?? "", c.req.param("stream") ?? "");
}

function noStream(c: Context): Response {
  return failure(c, 404, "ERR_STREAM_ADDRESS", "Cannot find stream: its address is not /<UUID>/<UUID>");
}

function failure(c: Context, status: Status, code: string, message: string): Response {
  return c.json({ error: { code, message } }, status);
}
