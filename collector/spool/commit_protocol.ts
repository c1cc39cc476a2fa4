/** A block as the thread gets it: its records are the next `rawBytes` of the shared text, joined by "\n". */
export interface SharedBlock {
  readonly recordCount: number;
  readonly rawBytes: number;
  readonly firstSequence: number;
  readonly firstReceivedAtMs: number;
}

/** What the thread is told. It works through messages in order. */
export type ThreadMessage =
  | { readonly kind: "start"; readonly control: SharedArrayBuffer }
  | {
    readonly kind: "commit";
    readonly job: number;
    readonly fileId: number;
    readonly path: string;
    readonly text: SharedArrayBuffer;
    readonly blocks: readonly SharedBlock[];
  }
  | { readonly kind: "close"; readonly fileId: number };

/** How a job ended. */
export type JobReport =
  | { readonly kind: "durable"; readonly bytes: number }
  | { readonly kind: "failed"; readonly message: string };

/**
 * The shared memory, as 32-bit integers: [0] number of the last finished job plus one, so 1 when the thread is ready;
 * [1] bytes that the job wrote, -1 when it failed; [2] bytes of the message, which follows. There is one job at a time.
 */
const FINISHED = 0;
const WRITTEN = 1;
const MESSAGE_BYTES = 2;
const MESSAGE_OFFSET = 12;
const MAX_MESSAGE_BYTES = 1_024;

/** Makes the shared memory of one thread. */
export function createControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(MESSAGE_OFFSET + MAX_MESSAGE_BYTES);
}

/** Says how a job ended; called by the thread. Job 0 is the start. */
export function report(control: SharedArrayBuffer, job: number, result: JobReport): void {
  const view = new Int32Array(control, 0, 3);
  if (result.kind === "failed") {
    const message = new TextEncoder().encode(result.message).subarray(0, MAX_MESSAGE_BYTES);
    new Uint8Array(control, MESSAGE_OFFSET).set(message);
    Atomics.store(view, MESSAGE_BYTES, message.byteLength);
  }
  Atomics.store(view, WRITTEN, result.kind === "durable" ? result.bytes : -1);
  // Last, so that whoever sees the number sees the rest.
  Atomics.store(view, FINISHED, job + 1);
  Atomics.notify(view, FINISHED);
}

/** The other side's view of the shared memory. */
export class Reports {
  readonly #control: SharedArrayBuffer;
  readonly #view: Int32Array<SharedArrayBuffer>;

  constructor(control: SharedArrayBuffer) {
    this.#control = control;
    this.#view = new Int32Array(control, 0, 3);
  }

  /** Whether this job, and so every one before it, has ended. */
  has(job: number): boolean {
    return Atomics.load(this.#view, FINISHED) > job;
  }

  /** How the last job that has ended did. */
  last(): JobReport {
    const bytes = Atomics.load(this.#view, WRITTEN);
    if (bytes >= 0) return { kind: "durable", bytes };
    // A copy: shared memory cannot be decoded.
    const message = new Uint8Array(this.#control, MESSAGE_OFFSET, Atomics.load(this.#view, MESSAGE_BYTES));
    return { kind: "failed", message: new TextDecoder().decode(message.slice()) };
  }

  /** Blocks until the job has ended or the time is up; every job before it must have ended. */
  wait(job: number, timeoutMs: number): void {
    Atomics.wait(this.#view, FINISHED, job, timeoutMs);
  }
}
