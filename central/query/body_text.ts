import { QueryError } from "./query_error.ts";

/**
 * Reads a request's body as text and stops at the limit, whatever its headers announce.
 *
 * @throws QueryError `ERR_QUERY_TOO_LARGE`, `ERR_QUERY_BAD_REQUEST` when it is not UTF-8.
 */
export async function readBodyText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parts: string[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new QueryError(`Cannot read request body: it has more than ${maxBytes} bytes`, {
          code: "ERR_QUERY_TOO_LARGE",
        });
      }
      parts.push(decoder.decode(chunk, { stream: true }));
    }
    parts.push(decoder.decode());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new QueryError("Cannot read request body: it is not UTF-8", { code: "ERR_QUERY_BAD_REQUEST" });
  }
  return parts.join("");
}
