import type { Uuid } from "../ids/mod.ts";

/**
 * The last event ids of a session, to recognise an event that a client sent twice.
 *
 * Two generations of a set: when the young one is full it becomes the old one. Between `capacity` and twice that
 * many ids are known, at the cost of one insertion and no bookkeeping per id. Each takes up to 64 bytes.
 */
export class RecentIds {
  readonly #capacity: number;
  #young = new IdSet();
  #old = new IdSet();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether the id is new; remembers it. */
  add(id: Uuid): boolean {
    // 8-4-4-4-12 digits.
    const a = quad(id, 0) << 16 | quad(id, 4);
    const b = quad(id, 9) << 16 | quad(id, 14);
    const c = quad(id, 19) << 16 | quad(id, 24);
    const d = quad(id, 28) << 16 | quad(id, 32);
    if (this.#old.has(a, b, c, d)) return false;
    if (this.#young.size >= this.#capacity) {
      if (this.#young.has(a, b, c, d)) return false;
      const oldest = this.#old;
      this.#old = this.#young;
      this.#young = oldest;
      oldest.clear();
    }
    return this.#young.add(a, b, c, d);
  }

  /** Forgets everything, after events were refused that are to be taken when they are sent again. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

const MIN_SLOTS = 32;

/**
 * A set of 128-bit numbers, open addressing in one piece of memory. A `Set` of the texts hashes every fresh string
 * and keeps it alive; `recent_ids_bench.ts` compares the two.
 */
class IdSet {
  /** Four words a slot, at most half of them taken. All zero is a free one, and 0 itself is kept beside them. */
  #slots = new Int32Array(4 * MIN_SLOTS);
  #hasZero = false;
  /** Unknown to clients, which could otherwise send ids that all want the same slot. */
  readonly #seed = randomWord();
  /** The same, and odd: multiplying by it loses nothing. */
  readonly #factor = randomWord() | 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(a: number, b: number, c: number, d: number): boolean {
    if ((a | b | c | d) === 0) return this.#hasZero;
    return !this.#isFree(this.#place(a, b, c, d));
  }

  /** Whether it is new. */
  add(a: number, b: number, c: number, d: number): boolean {
    if ((a | b | c | d) === 0) {
      const isNew = !this.#hasZero;
      this.#hasZero = true;
      if (isNew) this.#size++;
      return isNew;
    }
    const at = this.#place(a, b, c, d);
    if (!this.#isFree(at)) return false;
    this.#put(at, a, b, c, d);
    this.#size++;
    if (this.#size * 8 > this.#slots.length) this.#grow();
    return true;
  }

  clear(): void {
    if (this.#size > 0) this.#slots.fill(0);
    this.#size = 0;
    this.#hasZero = false;
  }

  /** Where the number is, or where it would be put. */
  #place(a: number, b: number, c: number, d: number): number {
    const slots = this.#slots;
    const factor = this.#factor;
    let hash = Math.imul(a ^ this.#seed, factor);
    hash = Math.imul(hash ^ hash >>> 15 ^ b, factor);
    hash = Math.imul(hash ^ hash >>> 13 ^ c, factor);
    hash = Math.imul(hash ^ hash >>> 16 ^ d, factor);
    const last = slots.length - 4;
    let at = (hash ^ hash >>> 15) << 2 & last;
    while (
      !this.#isFree(at) &&
      (slots[at] !== a || slots[at + 1] !== b || slots[at + 2] !== c || slots[at + 3] !== d)
    ) at = at + 4 & last;
    return at;
  }

  #isFree(at: number): boolean {
    const slots = this.#slots;
    return slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0;
  }

  #put(at: number, a: number, b: number, c: number, d: number): void {
    const slots = this.#slots;
    slots[at] = a;
    slots[at + 1] = b;
    slots[at + 2] = c;
    slots[at + 3] = d;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = old.subarray(at, at + 4);
      if ((a | b | c | d) !== 0) this.#put(this.#place(a, b, c, d), a, b, c, d);
    }
  }
}

function randomWord(): number {
  return crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
}

/** Value of a lower-case hexadecimal digit by its code. */
const DIGIT = Uint8Array.from(
  { length: 128 },
  (_, code) => Math.max(0, "0123456789abcdef".indexOf(String.fromCharCode(code))),
);

/** The number that four digits stand for. */
function quad(text: string, at: number): number {
  return digit(text, at) << 12 | digit(text, at + 1) << 8 | digit(text, at + 2) << 4 | digit(text, at + 3);
}

function digit(text: string, at: number): number {
  // The fallback is never used: a `Uuid` has digits here.
  return DIGIT[text.charCodeAt(at)] ?? 0;
}
