import { invariant } from "../errors/mod.ts";

/** An answer in its turn: a text to send, as soon as it is settled. */
interface Turn {
  text: string;
  settled: boolean;
  /** Kept for an answer that somebody else gives. */
  readonly isReserved: boolean;
  /** Answers to repetitions, which are worth no more than what they repeat. */
  followers: Turn[] | undefined;
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
  /** Reserved places that are not answered. */
  #openPlaces = 0;

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
    else this.#queue(text, true, false);
  }

  /** Keeps a place for an answer that {@linkcode settleNext} will release. */
  pushDurable(text: string): void {
    this.#durable.push(this.#queue(text, false, false));
  }

  /**
   * Queues the answer to a repetition of something before it. It is released with the youngest durable answer, and
   * fails when any durable answer fails before that, because nobody knows here which one it repeats. When none
   * waits, it goes in its turn.
   */
  pushLikeLast(text: string): void {
    const leader = this.#durable.length > this.#durableHead ? this.#durable.at(-1) : undefined;
    if (leader === undefined) return this.push(text);
    (leader.followers ??= []).push(this.#queue(text, false, false));
  }

  /** Keeps a place for an answer that the returned function gives later. */
  reserve(): (text: string) => void {
    const turn = this.#queue("", false, true);
    this.#openPlaces++;
    return (text) => {
      // Too late when the place was given up.
      if (turn.settled) return;
      this.#openPlaces--;
      settle(turn, () => text);
      this.#drain();
    };
  }

  /** Releases the oldest durable answer; `whenFailed` gives the text to send in place of each when it failed. */
  settleNext(whenFailed?: (text: string) => string): void {
    const turn = this.#durable[this.#durableHead];
    invariant(turn !== undefined, "an answer was settled that nobody queued");
    this.#durableHead++;
    settle(turn, whenFailed);
    if (whenFailed !== undefined) {
      for (let i = this.#durableHead; i < this.#durable.length; i++) {
        settleFollowers(this.#durable[i], whenFailed);
      }
    }
    this.#durableHead = compact(this.#durable, this.#durableHead);
    this.#drain();
  }

  /** Gives up the youngest durable answer: what it stood for was not taken. */
  failLast(whenFailed: (text: string) => string): void {
    invariant(this.#durable.length > this.#durableHead, "an answer was given up that nobody queued");
    const turn = this.#durable.pop();
    if (turn !== undefined) settle(turn, whenFailed);
    this.#durableHead = compact(this.#durable, this.#durableHead);
    this.#drain();
  }

  /** Answers every reserved place with the text, because too much waits behind them. */
  giveUpReserved(text: string): void {
    if (this.#openPlaces === 0) return;
    this.#openPlaces = 0;
    for (let i = this.#head; i < this.#turns.length; i++) {
      const turn = this.#turns[i];
      if (turn?.isReserved && !turn.settled) settle(turn, () => text);
    }
    this.#drain();
  }

  #queue(text: string, settled: boolean, isReserved: boolean): Turn {
    const turn: Turn = { text, settled, isReserved, followers: undefined };
    this.#turns.push(turn);
    return turn;
  }

  #drain(): void {
    for (let turn = this.#turns[this.#head]; turn?.settled; turn = this.#turns[this.#head]) {
      this.#head++;
      this.#send(turn.text);
    }
    this.#head = compact(this.#turns, this.#head);
  }
}

function settle(turn: Turn, change: ((text: string) => string) | undefined): void {
  if (change !== undefined) turn.text = change(turn.text);
  turn.settled = true;
  settleFollowers(turn, change);
}

function settleFollowers(turn: Turn | undefined, change: ((text: string) => string) | undefined): void {
  for (const follower of turn?.followers ?? []) settle(follower, change);
  if (turn !== undefined) turn.followers = undefined;
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
