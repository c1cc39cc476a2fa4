import { invariant } from "../errors/mod.ts";

/** An answer in its turn: texts to send, as soon as it is settled. */
interface Turn {
  readonly texts: string[];
  settled: boolean;
}

/**
 * Keeps the answers of one connection in the order of its requests, which is the only thing that links an answer
 * to its request (protocol section 5). Durable answers settle in the order they were queued.
 */
export class AnswerQueue {
  readonly #send: (text: string) => void;
  readonly #turns: Turn[] = [];
  #head = 0;
  /** Those of the turns that wait for a commit, oldest first. */
  readonly #durable: Turn[] = [];
  #durableHead = 0;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** Answers that are waiting for their turn. */
  get length(): number {
    return this.#turns.length - this.#head;
  }

  /** Sends the text when every answer before it is sent. */
  push(text: string): void {
    if (this.length === 0) this.#send(text);
    else this.#turns.push({ texts: [text], settled: true });
  }

  /** Keeps a place for an answer that {@linkcode settleNext} will release. */
  pushDurable(text: string): void {
    const turn = { texts: [text], settled: false };
    this.#turns.push(turn);
    this.#durable.push(turn);
  }

  /** Gives the text the same fate as the last durable answer; sends it in its turn when there is none. */
  pushLikeLast(text: string): void {
    if (this.#durable.length === this.#durableHead) return this.push(text);
    this.#durable.at(-1)?.texts.push(text);
  }

  /** Keeps a place for an answer that the returned function gives later. */
  reserve(): (text: string) => void {
    const turn: Turn = { texts: [], settled: false };
    this.#turns.push(turn);
    return (text) => {
      turn.texts.push(text);
      turn.settled = true;
      this.#drain();
    };
  }

  /** Releases the oldest durable answer; `whenFailed` gives the text to send in place of each when it failed. */
  settleNext(whenFailed?: (text: string) => string): void {
    const turn = this.#durable[this.#durableHead];
    invariant(turn !== undefined, "an answer was settled that nobody queued");
    this.#durableHead++;
    if (whenFailed !== undefined) turn.texts.forEach((text, index) => turn.texts[index] = whenFailed(text));
    turn.settled = true;
    this.#durableHead = compact(this.#durable, this.#durableHead);
    this.#drain();
  }

  /** Gives up the youngest durable answer: what it stood for was not taken. */
  failLast(whenFailed: (text: string) => string): void {
    const turn = this.#durable.pop();
    invariant(turn !== undefined, "an answer was given up that nobody queued");
    turn.texts.forEach((text, index) => turn.texts[index] = whenFailed(text));
    turn.settled = true;
    this.#drain();
  }

  #drain(): void {
    for (let turn = this.#turns[this.#head]; turn?.settled; turn = this.#turns[this.#head]) {
      this.#head++;
      for (const text of turn.texts) this.#send(text);
    }
    this.#head = compact(this.#turns, this.#head);
  }
}

/** Drops what is behind the head once it is most of the array, so that a shift costs nothing per item. */
function compact(items: unknown[], head: number): number {
  if (head === items.length) {
    items.length = 0;
    return 0;
  }
  if (head < 1024 || head * 2 < items.length) return head;
  items.splice(0, head);
  return 0;
}
