import { AppError } from "@reflow/shared/errors";

const encoder = new TextEncoder();

/** Writes a line to standard output. */
export function printLine(line: string): void {
  writeAll(Deno.stdout, `${line}\n`);
}

/** Writes a line to standard error: progress and problems, so that the output stays clean for a pipe. */
export function printNote(line: string): void {
  writeAll(Deno.stderr, `${line}\n`);
}

/** Overwrites the current line of standard error; does nothing when that is no terminal. */
export function showProgress(text: string): void {
  // Erase to the end of the line: the text before may have been longer.
  if (Deno.stderr.isTerminal()) writeAll(Deno.stderr, `\r${text}\x1b[K`);
}

/** Removes the line that `showProgress()` wrote. */
export function clearProgress(): void {
  showProgress("");
}

/** Runs a script: its number becomes the exit code; an expected error becomes its message, its hint and code 1. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  try {
    Deno.exitCode = await main();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    printNote(error.message);
    if (error.hint !== undefined) printNote(`  ${error.hint}`);
    Deno.exitCode = 1;
  }
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}
