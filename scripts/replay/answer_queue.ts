/** A bounded queue between the reader of a connection and whoever awaits its answers. */
export class AnswerQueue {
  readonly #maxAnswers: number;
  readonly #answers: string[] = [];
  #room: PromiseWithResolvers<void> | undefined;
  #news: PromiseWithResolvers<void> | undefined;
  #ended = false;

  /** `maxAnswers` at or above 1: how many unread answers are held before `push()` makes the reader wait. */
  constructor(maxAnswers: number) {
    this.#maxAnswers = maxAnswers;
  }

  /** Adds an answer; the promise settles once there is room for another one. */
  async push(answer: string): Promise<void> {
    this.#answers.push(answer);
    this.#news?.resolve();
    if (this.#answers.length < this.#maxAnswers || this.#ended) return;
    this.#room ??= Promise.withResolvers();
    await this.#room.promise;
  }

  /** Returns the oldest unread answer, waiting for it; `undefined` once the queue has ended and is empty. */
  async next(): Promise<string | undefined> {
    while (this.#answers.length === 0 && !this.#ended) {
      this.#news ??= Promise.withResolvers();
      await this.#news.promise;
      this.#news = undefined;
    }
    const answer = this.#answers.shift();
    this.#room?.resolve();
    this.#room = undefined;
    return answer;
  }

  /** No answer will follow; those in the queue can still be read. */
  end(): void {
    this.#ended = true;
    this.#news?.resolve();
    this.#room?.resolve();
  }
}
