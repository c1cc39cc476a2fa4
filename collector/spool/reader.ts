import { messageOf } from "@reflow/shared/errors";
import type { Uuid } from "@reflow/shared/ids";
import { encodeGap } from "@reflow/shared/record";
import type { Clock } from "@reflow/shared/time";
import { type Cursor, encodeCursor } from "./cursor.ts";
import { endStream } from "./ending.ts";
import { CURSOR_FILE, segmentName } from "./names.ts";
import { SpoolError } from "./spool_error.ts";
import type { DiskUsage, StreamState } from "./stream_state.ts";
import type { BatchLimits, SpoolBatch, SpoolGap, StreamReader } from "./types.ts";
import { type Entry, type FirmStep, type Place, Walker, type WalkerDeps } from "./walker.ts";

/** What a reader works with. */
export interface ReaderDeps extends WalkerDeps {
  readonly clock: Clock;
  readonly usage: DiskUsage;
}

/** A place that cannot be read this many times in a row is given up. */
const MAX_READ_FAILURES = 5;
/** How often a finished stream tries again to write what is missing to its end. */
const END_RETRY_MS = 30_000;
/** A watermark further ahead than this is nonsense, not a copy of the stream that has run on. */
const MAX_SKIP = 2 ** 40;

/** Hands out one stream's committed blocks and removes what central has acknowledged. */
export class SegmentReader implements StreamReader, Disposable {
  readonly #deps: ReaderDeps;
  readonly #state: StreamState;
  readonly #walker: Walker;
  #place: Place;
  /** The place is a cursor's and no block was seen there yet. */
  #isHint: boolean;
  #entries: readonly Entry[] = [];
  #readFailures = 0;

  constructor(deps: ReaderDeps, state: StreamState, hint?: Cursor["place"]) {
    this.#deps = deps;
    this.#state = state;
    this.#walker = new Walker(deps, state);
    this.#place = this.#walker.seek(state.acknowledged);
    this.#isHint = hint !== undefined && hint.segment === this.#place.segment &&
      hint.sequence >= this.#place.sequence && hint.sequence <= state.acknowledged;
    if (this.#isHint && hint !== undefined) this.#place = hint;
  }

  get id(): Uuid {
    return this.#state.id;
  }

  get isDone(): boolean {
    return this.#state.isDone;
  }

  async readBatch(limits: BatchLimits): Promise<SpoolBatch | undefined> {
    await this.#finishIfDelivered();
    if (this.#state.isDone) return undefined;
    const blocks: Uint8Array[] = [];
    const entries: Entry[] = [];
    let bytes = 0;
    for (let place = this.#place;;) {
      const step = await this.#stepAt(place, limits.maxBytes, blocks.length > 0);
      if (step.kind === "end") break;
      if (step.kind === "move") {
        place = step.to;
        if (blocks.length === 0) this.#place = place;
        continue;
      }
      if (step.kind === "gap") return this.#gapBatch(step.gap, step.entry);
      const { entry } = step;
      this.#isHint = false;
      if (entry.next <= this.#state.acknowledged) {
        this.#place = place = entry.end;
        continue;
      }
      bytes += step.bytes.byteLength;
      const records = entry.next - (entries[0] ?? entry).first;
      if (blocks.length > 0 && (bytes > limits.maxBytes || records > (limits.maxRecords ?? Infinity))) break;
      if (blocks.length === 0) this.#state.oldestReceivedAtMs = step.receivedAtMs;
      blocks.push(step.bytes);
      entries.push(entry);
      place = entry.end;
    }
    const first = entries[0];
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return undefined;
    this.#entries = entries;
    return {
      bytes: join(blocks),
      firstSequence: first.first,
      nextSequence: last.next,
      blockCount: blocks.length,
    };
  }

  async acknowledge(watermark: number): Promise<void> {
    const state = this.#state;
    if (!Number.isSafeInteger(watermark) || watermark < 0) {
      return this.#deps.log.error("Central named a sequence that is none", { stream: state.id, watermark });
    }
    const target = this.#judge(watermark);
    const isChanged = target !== state.acknowledged;
    this.#place = this.#placeOf(target);
    state.moveTo(target);
    if (target >= state.next) state.oldestReceivedAtMs = undefined;
    if (isChanged) await this.#saveCursor();
    await this.#removeDelivered();
    await this.#finishIfDelivered();
    state.notify();
  }

  noteGap(gap: SpoolGap): void {
    this.#state.declareGap(gap);
  }

  async waitForData(signal: AbortSignal): Promise<void> {
    const state = this.#state;
    while (!signal.aborted && !state.isDone && state.acknowledged >= state.next) {
      // A delivered stream of an earlier run waits only when it could not be ended; readBatch() tries again.
      if (!state.isLive) return await this.#deps.clock.sleep(END_RETRY_MS, signal);
      await state.changed(signal);
      // On a full disk the writer leaves a delivered segment behind for this.
      await this.#removeDelivered();
    }
  }

  /** Closes the file that is open for reading. */
  [Symbol.dispose](): void {
    this.#walker.close();
  }

  /** One step. What cannot be sent together with blocks already taken ends the batch before it. */
  async #stepAt(place: Place, chunkBytes: number, hasBlocks: boolean): Promise<FirmStep> {
    try {
      const step = await this.#walker.step(place, chunkBytes);
      const isBroken = step.kind === "damage" || step.kind === "gap";
      if (isBroken && hasBlocks) return { kind: "end" };
      if (isBroken && this.#isHint) {
        // The cursor was wrong, not the segment.
        this.#isHint = false;
        return { kind: "move", to: this.#walker.seek(this.#state.acknowledged) };
      }
      const firm = step.kind === "damage" ? await step.pass() : step;
      this.#readFailures = 0;
      return firm;
    } catch (error) {
      return hasBlocks ? { kind: "end" } : this.#afterReadFailure(place, error);
    }
  }

  #afterReadFailure(place: Place, error: unknown): FirmStep {
    if (error instanceof SpoolError) throw error;
    this.#walker.close();
    if (++this.#readFailures >= MAX_READ_FAILURES) {
      this.#readFailures = 0;
      return this.#walker.giveUpSegment(place);
    }
    throw new SpoolError(`Cannot read stream "${this.#state.id}" at ${place.sequence}: ${messageOf(error)}`, {
      code: "ERR_SPOOL_READ",
      retryable: true,
      cause: error,
    });
  }

  #gapBatch(gap: SpoolGap, entry: Entry): SpoolBatch {
    this.#deps.log.error("Records are given up", { stream: this.#state.id, ...gap });
    this.#state.declareGap(gap);
    this.#entries = [entry];
    return {
      bytes: encodeGap({ ...gap, atMs: this.#deps.clock.now() }),
      firstSequence: entry.first,
      nextSequence: entry.next,
      blockCount: 1,
      gapReason: gap.reason,
    };
  }

  /** The sequence to move to, within what this stream holds. */
  #judge(watermark: number): number {
    const { log } = this.#deps;
    const state = this.#state;
    const { next, acknowledged } = state;
    if (watermark > next) {
      log.error("Central has more records of a stream than were written", {
        stream: state.id,
        watermark,
        next,
      });
      // Two copies of one stream exist, after a machine was set back: what follows needs sequences of its own.
      if (state.isLive && watermark - next <= MAX_SKIP) state.skipTo = Math.max(state.skipTo, watermark);
      return next;
    }
    if (watermark < acknowledged) {
      log.warn("Central asks again for records that it had", { stream: state.id, watermark, acknowledged });
    }
    return watermark;
  }

  #placeOf(sequence: number): Place {
    for (const entry of this.#entries) {
      if (sequence === entry.next) return entry.end;
      if (sequence >= entry.first && sequence < entry.next) return entry.start;
    }
    return this.#walker.seek(sequence);
  }

  async #saveCursor(): Promise<void> {
    const { acknowledged, dropped, folder } = this.#state;
    const text = encodeCursor({
      next: acknowledged,
      place: this.#place.segment < 0 ? undefined : this.#place,
      dropped: Object.fromEntries(dropped),
    });
    try {
      await this.#deps.fs.replace(`${folder}/${CURSOR_FILE}`, text, { durable: false });
    } catch (error) {
      this.#deps.log.warn("Cannot write a cursor; a restart would send again", { folder, error });
    }
  }

  /** Removes segments that lie wholly below the watermark; the last one stays until the stream is finished. */
  async #removeDelivered(): Promise<void> {
    const { fs, log, usage } = this.#deps;
    const { segments, acknowledged, folder } = this.#state;
    for (;;) {
      const [first, second] = segments;
      if (first === undefined || second === undefined || second.first > acknowledged) return;
      this.#walker.close(first);
      const file = `${folder}/${segmentName(first.first)}`;
      try {
        await fs.remove(file);
      } catch (error) {
        return log.warn("Cannot remove a delivered segment", { file, error });
      }
      segments.shift();
      usage.bytes -= first.bytes;
      if (this.#place.segment === first.first) this.#place = this.#walker.seek(acknowledged);
    }
  }

  /** A stream of an earlier run that central has wholly: ends it if that is missing, else removes its folder. */
  async #finishIfDelivered(): Promise<void> {
    const state = this.#state;
    if (state.isLive || state.isDone || state.acknowledged < state.next) return;
    const { fs, log, clock, usage } = this.#deps;
    try {
      if (!state.isClosed) return await endStream({ fs, usage }, state, clock.now());
      this.#walker.close();
      await fs.remove(state.folder);
    } catch (error) {
      return log.warn("Cannot finish a delivered stream", { folder: state.folder, error });
    }
    usage.bytes -= state.bytes;
    state.segments.length = 0;
    state.isDone = true;
  }
}

function join(blocks: readonly Uint8Array[]): Uint8Array {
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return only;
  const joined = new Uint8Array(blocks.reduce((sum, block) => sum + block.byteLength, 0));
  let offset = 0;
  for (const block of blocks) {
    joined.set(block, offset);
    offset += block.byteLength;
  }
  return joined;
}
