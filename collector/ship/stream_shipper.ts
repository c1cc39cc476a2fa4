import type { Uuid } from "@reflow/shared/ids";
import type { Logger } from "@reflow/shared/telemetry";
import type { Clock } from "@reflow/shared/time";
import { SpoolError, type StreamReader } from "../spool/mod.ts";
import { decide, type Decision } from "./decide.ts";
import { gapParcel, type Parcel, splitParcel } from "./parcel.ts";
import type { Sender, SendOutcome, ShipCounters, ShipOptions } from "./types.ts";

/** What sending one stream works with. */
export interface StreamShipperDeps {
  readonly sender: Sender;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly counters: ShipCounters;
  readonly collectorId: Uuid;
}

/** Sends one stream, a batch at a time. */
export class StreamShipper {
  readonly #deps: StreamShipperDeps;
  readonly #options: ShipOptions;
  readonly #reader: StreamReader;
  /** Largest batch that central is known not to find too large. */
  #ceilingBytes: number;
  #limitBytes: number;
  /** Smaller blocks made of one that was too large, in order. */
  #pieces: Parcel[] = [];
  #position: number | undefined;
  #attempt = 0;
  #rejected = { sequence: -1, count: 0 };
  #isInTrouble = false;
  #complainedAtMs: number | undefined;

  constructor(deps: StreamShipperDeps, options: ShipOptions, reader: StreamReader) {
    this.#deps = deps;
    this.#options = options;
    this.#reader = reader;
    this.#ceilingBytes = this.#limitBytes = options.maxBatchBytes;
  }

  /**
   * Sends until nothing is left to read, or `signal` aborts; what cannot be read now counts as nothing left.
   *
   * @returns whether the stream could be read to its end
   */
  async drain(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      let parcel: Parcel | undefined;
      try {
        parcel = this.#pieces[0] ?? await this.#reader.readBatch({ maxBytes: this.#limitBytes });
      } catch (error) {
        if (!(error instanceof SpoolError)) throw error;
        this.#note("unreadable", error.message);
        return false;
      }
      if (parcel === undefined) return true;
      await this.#ship(parcel, signal);
    }
    return true;
  }

  async #ship(parcel: Parcel, signal: AbortSignal): Promise<void> {
    const { sender, collectorId, random } = this.#deps;
    this.#position ??= parcel.firstSequence;
    const outcome = await sender.send(
      { collector: collectorId, stream: this.#reader.id },
      parcel.bytes,
      signal,
    );
    // An answer that arrives while stopping still counts; a failure then is our own doing.
    if (signal.aborted && outcome.kind !== "accepted") return;
    this.#attempt++;
    const decision = decide(outcome, {
      position: this.#position,
      firstSequence: parcel.firstSequence,
      blockCount: parcel.blockCount,
      isGap: parcel.gapReason !== undefined,
      attempt: this.#attempt,
      rejections: this.#countRejection(outcome, parcel),
      options: this.#options,
      random,
    });
    this.#observe(outcome, parcel, this.#position);
    await this.#act(decision, parcel);
    if (decision.delayMs > 0) await this.#deps.clock.sleep(decision.delayMs, signal);
  }

  async #act(decision: Decision, parcel: Parcel): Promise<void> {
    switch (decision.kind) {
      case "retry":
        return;
      case "acknowledge":
        return await this.#acknowledge(decision.watermark);
      case "shrink":
        this.#limitBytes = Math.max(1, Math.floor(parcel.bytes.byteLength / 2));
        return;
      case "split": {
        const parts = splitParcel(parcel, this.#deps.clock.now());
        this.#pieces.splice(0, 1, ...parts);
        for (const part of parts) if (part.gapReason !== undefined) this.#giveUp(part, part.gapReason);
        return;
      }
      case "give_up": {
        const gap = gapParcel(parcel, { reason: decision.reason, atMs: this.#deps.clock.now() });
        this.#pieces.splice(0, 1, gap);
        this.#giveUp(gap, decision.reason);
        return;
      }
    }
  }

  async #acknowledge(watermark: number): Promise<void> {
    if (watermark > (this.#position ?? -1)) {
      this.#attempt = 0;
      this.#limitBytes = Math.min(this.#ceilingBytes, this.#limitBytes * 2);
    }
    const isBack = watermark < (this.#pieces[0]?.firstSequence ?? 0);
    this.#pieces = isBack ? [] : this.#pieces.filter((piece) => piece.nextSequence > watermark);
    this.#position = watermark;
    await this.#reader.acknowledge(watermark);
  }

  #giveUp(gap: Parcel, reason: string): void {
    const { firstSequence, nextSequence } = gap;
    const recordCount = nextSequence - firstSequence;
    this.#reader.noteGap({ firstSequence, recordCount, reason });
    this.#deps.log.error("Records that central cannot take are given up", {
      stream: this.#reader.id,
      firstSequence,
      recordCount,
      reason,
    });
  }

  #countRejection(outcome: SendOutcome, parcel: Parcel): number {
    if (outcome.kind !== "rejected" || parcel.blockCount > 1) return 0;
    const isSame = this.#rejected.sequence === parcel.firstSequence;
    this.#rejected = { sequence: parcel.firstSequence, count: isSame ? this.#rejected.count + 1 : 1 };
    return this.#rejected.count;
  }

  #observe(outcome: SendOutcome, parcel: Parcel, position: number): void {
    const { counters, clock, log } = this.#deps;
    if (outcome.kind === "accepted" && outcome.watermark > position) {
      counters.batches++;
      counters.bytes += parcel.bytes.byteLength;
      const taken = Math.min(outcome.watermark, parcel.nextSequence) - position;
      if (parcel.gapReason === undefined) counters.records += taken;
      else counters.dropped[parcel.gapReason] = (counters.dropped[parcel.gapReason] ?? 0) + taken;
      counters.lastSuccessAtMs = clock.now();
      if (this.#isInTrouble) log.info("Central takes records again", { stream: this.#reader.id });
      this.#isInTrouble = false;
      this.#complainedAtMs = undefined;
      return;
    }
    if (outcome.kind === "too_large") {
      // Learned for good: the limit of a server does not change from batch to batch.
      this.#ceilingBytes = Math.max(1, Math.floor(parcel.bytes.byteLength / 2));
    }
    this.#note(outcome.kind, messageIn(outcome));
  }

  /** Counts trouble, and logs it unless that was done a short while ago. */
  #note(kind: string, message: string): void {
    const { counters, clock, log } = this.#deps;
    counters.retries[kind] = (counters.retries[kind] ?? 0) + 1;
    counters.lastError = { atMs: clock.now(), message: `${kind}: ${message}` };
    this.#isInTrouble = true;
    const nowMs = clock.monotonicMs();
    if (this.#complainedAtMs !== undefined && nowMs - this.#complainedAtMs < this.#options.complainEveryMs) {
      return;
    }
    this.#complainedAtMs = nowMs;
    const fields = { stream: this.#reader.id, outcome: kind, message, attempt: this.#attempt };
    if (kind === "unauthorized") {
      log.error("Central refuses this collector's credentials; records are kept", fields);
    } else log.warn("Central did not take a batch; records are kept", fields);
  }
}

function messageIn(outcome: SendOutcome): string {
  switch (outcome.kind) {
    case "accepted":
      return `watermark stays at ${outcome.watermark}`;
    case "gap":
      return `central expects ${outcome.expected}`;
    case "too_large":
      return "the batch is too large";
    default:
      return outcome.message;
  }
}
