import type { RecordOwner } from "@reflow/shared/connection";

/** Records that belong together, and who waits for them. */
interface Pending {
  readonly lines: readonly string[];
  readonly units: number;
  readonly owner: RecordOwner;
}

/** Some of the records that wait, in order. */
export interface PendingBatch {
  readonly lines: readonly string[];
  readonly owners: readonly RecordOwner[];
  readonly units: number;
}

/** Records that wait for their transaction, counted. */
export class PendingRecords {
  // Taken from the front without shifting: an index moves, and the list is cut when it is empty.
  #queue: Pending[] = [];
  #head = 0;
  #units = 0;

  /** Text that waits, in UTF-16 units. */
  get units(): number {
    return this.#units;
  }

  get isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }

  add(lines: readonly string[], units: number, owner: RecordOwner): void {
    this.#queue.push({ lines, units, owner });
    this.#units += units;
  }

  /** Takes the next records: whole additions, at least one, up to the limits. */
  take(limits: { readonly maxRecords: number; readonly maxUnits: number }): PendingBatch {
    const lines: string[] = [];
    const owners: RecordOwner[] = [];
    let units = 0;
    while (this.#head < this.#queue.length) {
      const next = this.#queue[this.#head];
      if (next === undefined) break;
      const isFull = lines.length + next.lines.length > limits.maxRecords ||
        units + next.units > limits.maxUnits;
      if (isFull && owners.length > 0) break;
      lines.push(...next.lines);
      owners.push(next.owner);
      units += next.units;
      this.#head++;
    }
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    this.#units -= units;
    return { lines, owners, units };
  }
}
