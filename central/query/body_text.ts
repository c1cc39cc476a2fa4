import { readLimited } from "@reflow/shared/bytes";
import { QueryError } from "./query_error.ts";

/**
 * Reads a request's body as text and stops at the limit, whatever its headers announce.
 *
 * @throws QueryError `ERR_QUERY_TOO_LARGE`, `ERR_QUERY_BAD_REQUEST` when it is not UTF-8.
 */
export async function readBodyText(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readLimited(request.body, maxBytes);
  if (bytes === undefined) {
    throw new QueryError(`Cannot read request body: it has more than ${maxBytes} bytes`, {
      code: "ERR_QUERY_TOO_LARGE",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new QueryError("Cannot read request body: it is not UTF-8", { code: "ERR_QUERY_BAD_REQUEST" });
  }
}
