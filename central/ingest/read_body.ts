import { IngestError } from "./ingest_error.ts";

/**
 * Reads a request's body, and stops as soon as it is larger than it may be.
 *
 * @throws IngestError `ERR_BATCH_TOO_LARGE`.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const body = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}

function tooLarge(maxBytes: number): IngestError {
  return new IngestError(`Cannot take batch: its body is larger than ${maxBytes} bytes`, {
    code: "ERR_BATCH_TOO_LARGE",
  });
}
