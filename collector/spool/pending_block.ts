import type { Logger } from "@reflow/shared/telemetry";
import type { SpoolError } from "./spool_error.ts";
import type { AppendOutcome, AppendOwner } from "./types.ts";

/** Records that will form one block, and who waits for them. */
export class PendingBlock {
  readonly lines: string[] = [];
  readonly owners: AppendOwner[] = [];
  /** Text so far, in UTF-16 units. */
  units = 0;
  readonly firstReceivedAtMs: number;
  /** Why its records are not taken; set before it is settled. */
  failure: SpoolError | undefined;

  constructor(firstReceivedAtMs: number) {
    this.firstReceivedAtMs = firstReceivedAtMs;
  }

  /** Adds the records of one append. */
  add(lines: string | readonly string[], units: number, owner: AppendOwner): void {
    if (typeof lines === "string") this.lines.push(lines);
    else for (const line of lines) this.lines.push(line);
    this.owners.push(owner);
    this.units += units;
  }

  /** Tells the owners what became of it; one that throws harms nobody else. */
  tell(outcome: AppendOutcome, log: Logger): void {
    for (const owner of this.owners) {
      try {
        owner.settled(outcome);
      } catch (error) {
        log.error("The owner of an append failed", { error });
      }
    }
  }
}

/** Length of the text in UTF-16 units: known without looking at it, and equal to its bytes for ASCII. */
export function unitsOf(lines: string | readonly string[]): number {
  if (typeof lines === "string") return lines.length;
  let sum = 0;
  for (const line of lines) sum += line.length;
  return sum;
}
