import { SpoolError } from "./spool_error.ts";
import type { SpoolOptions } from "./types.ts";

type RefusalCode = "ERR_SPOOL_CLOSED" | "ERR_SPOOL_OVERLOADED" | "ERR_SPOOL_FULL";

/** Counts and explains appends that are not taken. */
export class Refusals {
  readonly #options: SpoolOptions;
  readonly #errors = new Map<RefusalCode, SpoolError>();
  readonly counts = new Map<RefusalCode, number>();

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Counts one more, and gives its error: one object for all, so that a flood does not pay for a stack trace each. */
  refuse(code: RefusalCode): SpoolError {
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    let error = this.#errors.get(code);
    if (error === undefined) {
      error = refusal(code, this.#options);
      this.#errors.set(code, error);
    }
    return error;
  }
}

function refusal(code: RefusalCode, options: SpoolOptions): SpoolError {
  switch (code) {
    case "ERR_SPOOL_CLOSED":
      return new SpoolError(`Cannot append to spool "${options.folder}": it is closed`, { code });
    case "ERR_SPOOL_OVERLOADED":
      return new SpoolError(
        `Cannot append to spool "${options.folder}": ${options.maxPendingBytes} bytes wait for the disk`,
        { code, retryable: true, hint: "the disk is slower than the arrival of records" },
      );
    case "ERR_SPOOL_FULL":
      return new SpoolError(
        `Cannot append to spool "${options.folder}": its limit of ${options.maxBytes} bytes is reached`,
        { code, retryable: true, hint: "see why central does not take the records, or raise the limit" },
      );
  }
}
