import { readLimited } from "@reflow/shared/bytes";
import { IngestError } from "./ingest_error.ts";

/**
 * Reads a request's body, and stops as soon as it is larger than it may be.
 *
 * @throws IngestError `ERR_BATCH_TOO_LARGE`.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const isAnnounced = Number(request.headers.get("content-length") ?? 0) > maxBytes;
  const body = isAnnounced ? undefined : await readLimited(request.body, maxBytes);
  if (body !== undefined) return body;
  throw new IngestError(`Cannot take batch: its body is larger than ${maxBytes} bytes`, {
    code: "ERR_BATCH_TOO_LARGE",
  });
}
