/**
 * The last event ids of a session, to recognise an event that a client sent twice.
 *
 * Two generations of a set: when the young one is full it becomes the old one. Between `capacity` and twice that
 * many ids are known, at the cost of one insertion and no bookkeeping per id.
 */
export class RecentIds {
  readonly #capacity: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether the id is new; remembers it. */
  add(id: string): boolean {
    if (this.#young.has(id) || this.#old.has(id)) return false;
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(id);
    return true;
  }

  /** Forgets everything, after events were refused that are to be taken when they are sent again. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
