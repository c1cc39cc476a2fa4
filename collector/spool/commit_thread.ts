import { invariant } from "@reflow/shared/errors";
import { createControl, Reports, type SharedBlock, type ThreadMessage } from "./commit_protocol.ts";
import type { CommitJob, CommitResult, CommitThread, RawBlock, ThreadFile } from "./fs.ts";

/** Room for the text of a usual job; beyond it the room grows. Pages that were never touched take no memory. */
const TEXT_BYTES = 4 * 1024 * 1024;
/** A UTF-16 unit takes at most three bytes. */
const MAX_BYTES_PER_UNIT = 3;

const WORKER = new URL("./commit_worker.ts", import.meta.url);

/**
 * Starts a thread of the system that packs, writes and syncs blocks. It lives until it is disposed.
 *
 * @param module what the thread runs; another one only in tests
 */
export function startCommitThread(module: URL = WORKER): CommitThread {
  return new WorkerThread(module);
}

class WorkerThread implements CommitThread {
  readonly #worker: Worker;
  readonly #reports: Reports;
  readonly #encoder = new TextEncoder();
  /**
   * Text goes through shared memory: 0.03 µs a record, where a message with the strings takes 1.3. It is free again
   * when the job has ended.
   */
  #text = new SharedArrayBuffer(TEXT_BYTES);
  #jobs = 0;
  #files = 0;
  #job: WorkerJob | undefined;
  #broken: Error | undefined;

  constructor(module: URL) {
    const control = createControl();
    this.#reports = new Reports(control);
    this.#worker = new Worker(module, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<number>) => {
      if (data === this.#job?.number) this.#job.finish();
    };
    this.#worker.onerror = (event) => {
      // Otherwise it would end the process.
      event.preventDefault();
      this.#break(event.message);
    };
    this.#worker.onmessageerror = () => this.#break("a message could not be read");
    this.#tell({ kind: "start", control });
  }

  get isReady(): boolean {
    return this.#broken === undefined && this.#reports.has(0);
  }

  openFile(path: string): ThreadFile {
    const fileId = ++this.#files;
    return {
      commit: (blocks) => this.#commit(fileId, path, blocks),
      [Symbol.dispose]: () => this.#tell({ kind: "close", fileId }),
    };
  }

  [Symbol.dispose](): void {
    this.#break("it was stopped");
  }

  #commit(fileId: number, path: string, blocks: readonly RawBlock[]): CommitJob {
    invariant(
      this.#job === undefined || this.#job.look() !== undefined,
      "a thread was given a second job",
    );
    const job = new WorkerJob(this.#jobs + 1, this.#reports);
    if (this.#broken !== undefined) job.fail(this.#broken);
    else {
      const shared = this.#share(blocks);
      this.#tell({ kind: "commit", job: job.number, fileId, path, text: this.#text, blocks: shared });
    }
    // Only now: a job that the thread was not told of, because memory was short, would never end.
    this.#jobs = job.number;
    this.#job = job;
    return job;
  }

  /** Puts the text of the blocks into shared memory, one behind the other. */
  #share(blocks: readonly RawBlock[]): SharedBlock[] {
    const texts = blocks.map(({ lines }) => lines.join("\n"));
    const maxBytes = MAX_BYTES_PER_UNIT * texts.reduce((sum, text) => sum + text.length, 0);
    if (maxBytes > this.#text.byteLength) this.#text = new SharedArrayBuffer(maxBytes);
    let offset = 0;
    return blocks.map(({ lines, firstSequence, firstReceivedAtMs }, index) => {
      const room = new Uint8Array(this.#text, offset);
      const rawBytes = this.#encoder.encodeInto(texts[index] ?? "", room).written;
      offset += rawBytes;
      return { recordCount: lines.length, rawBytes, firstSequence, firstReceivedAtMs };
    });
  }

  #tell(message: ThreadMessage): void {
    if (this.#broken === undefined) this.#worker.postMessage(message);
  }

  #break(reason: string): void {
    if (this.#broken !== undefined) return;
    this.#broken = new Error(`the thread that writes blocks has ended: ${reason}`);
    this.#worker.terminate();
    this.#job?.fail(this.#broken);
  }
}

class WorkerJob implements CommitJob {
  readonly number: number;
  readonly #reports: Reports;
  readonly #finished = Promise.withResolvers<void>();
  #result: CommitResult | undefined;

  constructor(number: number, reports: Reports) {
    this.number = number;
    this.#reports = reports;
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  look(): CommitResult | undefined {
    if (this.#result === undefined && this.#reports.has(this.number)) {
      const last = this.#reports.last();
      this.#result = last.kind === "durable" ? last : { kind: "failed", error: new Error(last.message) };
    }
    return this.#result;
  }

  wait(timeoutMs: number): void {
    if (this.look() === undefined) this.#reports.wait(this.number, timeoutMs);
  }

  finish(): void {
    this.#finished.resolve();
  }

  fail(error: Error): void {
    // What the thread has reported stands.
    if (this.look() === undefined) this.#result = { kind: "failed", error };
    this.#finished.resolve();
  }
}
