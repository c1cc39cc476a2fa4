/** Where bytes go, such as `Deno.stdout`; may take only a part of them. */
export interface ByteTarget {
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes lines in order without ever making the caller wait. */
export interface LineWriter extends AsyncDisposable {
  /** Queues a line; the newline is added. */
  writeLine(line: string): void;
}

// Some thousand ordinary lines; a reader that is slower than that does not read.
const MAX_PENDING_CHARS = 1_048_576;

/**
 * Queues lines for a target that may be slow: a full pipe behind standard output must not stop the program. When
 * `maxPendingChars` are queued, new lines are dropped and counted, and a line made by `describeDropped` says so once
 * there is room. A target that fails is given up silently, because there is no better place to complain.
 * Disposing waits until everything queued is written.
 */
export function createLineWriter(
  target: ByteTarget,
  options: { readonly describeDropped: (count: number) => string; readonly maxPendingChars?: number },
): LineWriter {
  const { describeDropped, maxPendingChars = MAX_PENDING_CHARS } = options;
  const encoder = new TextEncoder();
  let pending = "";
  let droppedCount = 0;
  let pump: Promise<void> | undefined;
  let broken = false;

  async function drain(): Promise<void> {
    try {
      while (pending !== "" || droppedCount > 0) {
        if (droppedCount > 0) {
          pending += `${describeDropped(droppedCount)}\n`;
          droppedCount = 0;
        }
        const bytes = encoder.encode(pending);
        pending = "";
        for (let written = 0; written < bytes.length;) {
          written += await target.write(bytes.subarray(written));
        }
      }
    } catch {
      broken = true;
      pending = "";
    } finally {
      pump = undefined;
    }
  }

  return {
    writeLine(line) {
      if (broken) return;
      if (pending.length + line.length >= maxPendingChars) droppedCount++;
      else pending += `${line}\n`;
      pump ??= drain();
    },
    async [Symbol.asyncDispose]() {
      while (pump !== undefined) await pump;
    },
  };
}
