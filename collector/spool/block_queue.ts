import { PendingBlock } from "./pending_block.ts";
import type { AppendOwner, SpoolOptions } from "./types.ts";

/** Blocks that wait for the disk: full ones in order, and the open one that takes new records. */
export class BlockQueue {
  readonly #options: Pick<SpoolOptions, "maxBlockBytes" | "maxBlockRecords">;
  #full: PendingBlock[] = [];
  #open: PendingBlock | undefined;
  #units = 0;

  constructor(options: Pick<SpoolOptions, "maxBlockBytes" | "maxBlockRecords">) {
    this.#options = options;
  }

  /** Text that waits, in UTF-16 units. */
  get units(): number {
    return this.#units;
  }

  /** Whether no record waits. */
  get isEmpty(): boolean {
    return this.#open === undefined && this.#full.length === 0;
  }

  /** Whether a full block waits. */
  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** Adds the records of one append to the open block; returns whether another block has become full by that. */
  add(lines: string | readonly string[], units: number, receivedAtMs: number, owner: AppendOwner): boolean {
    const { maxBlockBytes, maxBlockRecords } = this.#options;
    const count = typeof lines === "string" ? 1 : lines.length;
    let open = this.#open;
    let filled = false;
    if (
      open !== undefined &&
      (open.units + units > maxBlockBytes || open.lines.length + count > maxBlockRecords)
    ) {
      this.#full.push(open);
      open = undefined;
      filled = true;
    }
    if (open === undefined) this.#open = open = new PendingBlock(receivedAtMs);
    open.add(lines, units, owner);
    this.#units += units;
    return filled;
  }

  /** Takes the next blocks, at least one if there is one, up to about `maxUnits` of text. */
  take(maxUnits: number, options: { readonly openToo: boolean }): PendingBlock[] {
    const taken: PendingBlock[] = [];
    let units = 0;
    while (this.#full[0] !== undefined && (taken.length === 0 || units + this.#full[0].units <= maxUnits)) {
      units += this.#full[0].units;
      taken.push(this.#full[0]);
      this.#full.shift();
    }
    if (options.openToo && this.#open !== undefined && this.#full.length === 0 && units < maxUnits) {
      taken.push(this.#open);
      units += this.#open.units;
      this.#open = undefined;
    }
    this.#units -= units;
    return taken;
  }

  /** Puts blocks back in front. */
  giveBack(blocks: readonly PendingBlock[]): void {
    this.#full = [...blocks, ...this.#full];
    for (const block of blocks) this.#units += block.units;
  }
}
