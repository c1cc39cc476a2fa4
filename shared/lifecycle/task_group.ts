/** What a task group is made with. */
export interface TaskGroupOptions {
  /** Aborting it stops the group. */
  readonly signal?: AbortSignal;
  /** Hears of every unexpected failure at once, also of those after the first, which alone is rethrown. */
  readonly onFailure?: (taskName: string, error: unknown) => void;
}

/**
 * Tasks that live and die together: one fails, all are asked to stop; the group ends when the last one has.
 * A task stops by returning once its signal aborts. Throwing the abort reason or an `AbortError` then is fine too.
 *
 * @example
 * ```ts
 * await using group = new TaskGroup({ signal });
 * group.run("ship", (signal) => ship(signal));
 * group.run("sweep", (signal) => sweep(signal));
 * await group.done(); // throws the first failure
 * ```
 */
export class TaskGroup implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #options: TaskGroupOptions;
  readonly #follow = () => this.#controller.abort(this.#options.signal?.reason);
  #failure: { readonly error: unknown } | undefined;
  #closed = false;

  constructor(options: TaskGroupOptions = {}) {
    this.#options = options;
    if (options.signal?.aborted) this.#follow();
    else options.signal?.addEventListener("abort", this.#follow);
  }

  /** Aborts when the group is asked to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How many tasks have not ended. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Starts a task. In a group that is already stopping it starts with an aborted signal.
   * Throws an `Error` once the group is disposed, because nobody would wait for the task.
   */
  run(taskName: string, task: (signal: AbortSignal) => Promise<void>): void {
    if (this.#closed) throw new Error(`Cannot run task "${taskName}": its group is disposed`);
    const running = this.#watch(taskName, task).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Asks every task to stop, without waiting. */
  stop(reason?: unknown): void {
    this.#controller.abort(reason ?? new DOMException("Task group stopped", "AbortError"));
  }

  /** Returns when no task is left, tasks started meanwhile included; rethrows the first unexpected failure, once. */
  async done(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Stops the group, waits for every task, and rethrows a failure that `done()` has not thrown already. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    try {
      await this.done();
    } finally {
      this.#closed = true;
      this.#options.signal?.removeEventListener("abort", this.#follow);
    }
  }

  async #watch(taskName: string, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const signal = this.#controller.signal;
    try {
      await task(signal);
    } catch (error) {
      if (signal.aborted && isAbort(error, signal)) return;
      this.#failure ??= { error };
      this.#options.onFailure?.(taskName, error);
      this.stop(error);
    }
  }
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof DOMException && error.name === "AbortError");
}
