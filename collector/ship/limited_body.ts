import { readLimited } from "@reflow/shared/bytes";

/**
 * Reads a response's body as JSON; `undefined` when it is longer than `maxBytes` or is no JSON. The body is consumed
 * or cancelled in any case. Throws what the transport throws.
 */
export async function readJsonBody(response: Response, maxBytes: number): Promise<unknown> {
  const bytes = await readLimited(response.body, maxBytes);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
