import { messageOf } from "../errors/mod.ts";
import { printable, type Problem } from "./problem.ts";

/** Reads a whole text file; rejects when it cannot. */
export type ReadFile = (path: string) => Promise<string>;

// A configuration is a page or two; the limit keeps a wrong path (a device, a database) from filling memory.
const MAX_FILE_BYTES = 1_048_576;

/** Reads a UTF-8 file of at most 1 MiB from disk. */
export const readFileFromDisk: ReadFile = async (path) => {
  using file = await Deno.open(path, { read: true });
  const buffer = new Uint8Array(MAX_FILE_BYTES + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const readBytes = await file.read(buffer.subarray(filled));
    if (readBytes === null) {
      return new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, filled));
    }
    filled += readBytes;
  }
  throw new RangeError(`Cannot read file "${path}": it is larger than ${MAX_FILE_BYTES} bytes`);
};

/** Reads a file for the loader: its text, or a problem under `key`. */
export async function readForConfig(
  readFile: ReadFile,
  path: string,
  where: Pick<Problem, "key" | "source">,
): Promise<{ readonly text: string } | Problem> {
  try {
    const text = await readFile(path);
    if (text.length <= MAX_FILE_BYTES) return { text };
    return { ...where, found: "a file that is too large", expected: `at most ${MAX_FILE_BYTES} bytes` };
  } catch (error) {
    return {
      ...where,
      found: `an unreadable file (${printable(messageOf(error))})`,
      expected: "a readable file",
    };
  }
}
