/** Limits of what may wait for a client that does not read. */
export interface UnreadLimits {
  readonly maxBytes: number;
  readonly maxAnswers: number;
}

/** Answers between two marks. */
const MARK_EVERY = 1024;

/**
 * Tells whether too much waits for a client, in bytes or in answers. A socket tells its buffered bytes only; from them
 * and from marks on what was sent follows, to the next thousand, how many answers they are.
 */
export class UnreadAnswers {
  readonly #limits: UnreadLimits;
  /** Characters sent when each thousandth answer was, oldest first; those that have left the buffer are dropped. */
  readonly #marks: number[] = [];
  #sentAnswers = 0;
  #sentChars = 0;

  constructor(limits: UnreadLimits) {
    this.#limits = limits;
  }

  /** Notes that an answer was handed to the socket. */
  sent(chars: number): void {
    this.#sentChars += chars;
    if (++this.#sentAnswers % MARK_EVERY === 0) this.#marks.push(this.#sentChars);
  }

  /** Whether no further answer should be sent now. */
  isTooMuch(bufferedBytes: number): boolean {
    if (bufferedBytes > this.#limits.maxBytes) return true;
    // A character is at least a byte, so that this errs towards more answers waiting.
    const leftChars = this.#sentChars - bufferedBytes;
    const kept = this.#marks.findIndex((chars) => chars > leftChars);
    this.#marks.splice(0, kept === -1 ? this.#marks.length : kept);
    return this.#marks.length * MARK_EVERY >= this.#limits.maxAnswers;
  }
}
