import type { Clock } from "@reflow/shared/time";
import type { ActiveSegment } from "./active_segment.ts";
import type { CommitJob } from "./fs.ts";
import type { PendingBlock } from "./pending_block.ts";

/** Blocks on their way to the disk and not settled. */
export class Flight {
  readonly blocks: readonly PendingBlock[];
  readonly segment: ActiveSegment | undefined;
  /** Set when a thread writes and syncs them. */
  readonly job: CommitJob | undefined;
  isSettled = false;
  /** Turns of the event loop, and how many there were when the last block filled up; -1 while nobody counts. */
  #turns = -1;
  #turnsAtFullBlock = 0;

  constructor(
    blocks: readonly PendingBlock[],
    segment: ActiveSegment | undefined,
    job: CommitJob | undefined,
  ) {
    this.blocks = blocks;
    this.segment = segment;
    this.job = job;
  }

  /**
   * Asked when a block has filled up: whether the event loop has not turned since the last one did. Counting begins
   * with the first question and ends with the flight, or when the signal aborts.
   */
  isStarved(clock: Clock, signal: AbortSignal): boolean {
    if (this.#turns === -1) {
      void this.#countTurns(clock, signal);
      return false;
    }
    // One turn may have been under way already; two mean that a finished sync would have been seen.
    const isStarved = this.#turns - this.#turnsAtFullBlock < 2;
    this.#turnsAtFullBlock = this.#turns;
    return isStarved;
  }

  async #countTurns(clock: Clock, signal: AbortSignal): Promise<void> {
    this.#turns = 0;
    while (!this.isSettled && !signal.aborted) {
      await clock.sleep(1, signal);
      this.#turns++;
    }
  }
}
