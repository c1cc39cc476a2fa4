import { IngestError } from "./ingest_error.ts";

/** Bounds of a gate. */
export interface WorkGateOptions {
  /** What may be in work at once, unpacked; something larger than all of it goes in alone. */
  readonly maxWorkBytes: number;
  /** What may wait, as it was received; beyond it {@linkcode WorkGate.enter} refuses. */
  readonly maxWaitingBytes: number;
}

/** The size of a piece of work. */
export interface WorkSize {
  readonly workBytes: number;
  readonly receivedBytes: number;
}

interface Waiting extends WorkSize {
  readonly enter: () => void;
}

/** Bounds the memory of what is done at the same time. First come, first served: a large piece is never overtaken. */
export class WorkGate {
  readonly #options: WorkGateOptions;
  readonly #waiting: Waiting[] = [];
  #workBytes = 0;
  #waitingBytes = 0;

  constructor(options: WorkGateOptions) {
    this.#options = options;
  }

  /**
   * Waits until there is room. The work is over when what this gives is disposed.
   *
   * @throws IngestError `ERR_INGEST_BUSY` at once when too much waits already.
   */
  async enter(size: WorkSize): Promise<Disposable> {
    if (this.#waiting.length > 0 || !this.#hasRoomFor(size)) await this.#wait(size);
    else this.#workBytes += size.workBytes;
    return { [Symbol.dispose]: () => this.#leave(size) };
  }

  #hasRoomFor({ workBytes }: WorkSize): boolean {
    return this.#workBytes === 0 || this.#workBytes + workBytes <= this.#options.maxWorkBytes;
  }

  async #wait(size: WorkSize): Promise<void> {
    const { maxWaitingBytes } = this.#options;
    if (this.#waitingBytes + size.receivedBytes > maxWaitingBytes) {
      throw new IngestError(
        `Cannot take batch now: ${this.#waiting.length} batches of ${this.#waitingBytes} bytes wait, the limit is ${maxWaitingBytes}`,
        { code: "ERR_INGEST_BUSY", retryable: true },
      );
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waitingBytes += size.receivedBytes;
    this.#waiting.push({ ...size, enter: resolve });
    await promise;
  }

  #leave({ workBytes }: WorkSize): void {
    this.#workBytes -= workBytes;
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoomFor(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#waitingBytes -= next.receivedBytes;
      this.#workBytes += next.workBytes;
      next.enter();
    }
  }
}
