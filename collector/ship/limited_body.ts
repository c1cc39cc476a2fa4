/**
 * Reads a response's body as JSON; `undefined` when it is longer than `maxBytes` or is no JSON. The body is consumed
 * or cancelled in any case. Throws what the transport throws.
 */
export async function readJsonBody(response: Response, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const result = await reader?.read();
    if (result === undefined || result.done) break;
    bytes += result.value.byteLength;
    if (bytes > maxBytes) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(result.value);
  }
  const decoder = new TextDecoder();
  const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
