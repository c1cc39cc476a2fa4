import { messageOf } from "@reflow/shared/errors";
import { encodeBlock } from "@reflow/shared/record";
import type { Logger } from "@reflow/shared/telemetry";
import type { Clock } from "@reflow/shared/time";
import { ActiveSegment } from "./active_segment.ts";
import { BlockingBudget } from "./blocking_budget.ts";
import { BlockQueue } from "./block_queue.ts";
import { Flight } from "./flight.ts";
import type { CommitJob, CommitThread, SpoolFs } from "./fs.ts";
import { type PendingBlock, unitsOf } from "./pending_block.ts";
import { Refusals } from "./refusals.ts";
import { SpoolError } from "./spool_error.ts";
import type { DiskUsage, StreamState } from "./stream_state.ts";
import type { AppendOwner, SpoolHealth, SpoolOptions, SpoolWriter } from "./types.ts";

/** What a writer works with. */
export interface WriterDeps {
  readonly fs: SpoolFs;
  readonly clock: Clock;
  readonly log: Logger;
  readonly usage: DiskUsage;
}

/** One sync covers several blocks when the disk is slow; more would only make the first one wait. */
const MAX_FLIGHT_UNITS = 8 * 1024 * 1024;
/** The same for a thread: during a flood its blocks come one by one unless the disk is slow. */
const MAX_JOB_UNITS = 4 * 1024 * 1024;
/** Less is packed sooner than handed over. */
const MIN_JOB_UNITS = 64 * 1024;
/** So many blocking syncs are a flood, and worth a thread: starting it takes 25 ms and 20 MB of memory. */
const SYNCS_BEFORE_THREAD = 4;
/**
 * Text that may wait for a thread before receiving does, so that TCP slows the sender down: one block under way and
 * one that is full. More cost memory and gained nothing.
 */
const MAX_UNITS_BEHIND = 2 * 1024 * 1024;
/** The longest wait for a thread. */
const MAX_WAIT_MS = 1_000;
/**
 * Group commit of one stream: one write and sync is under way, what arrives meanwhile forms the next blocks.
 *
 * A flood of WebSocket messages keeps the event loop from running timers and resolving promises, for up to a second
 * (seen with Deno 2.9), and the queue would outgrow its bound meanwhile. So a block that fills up while the loop does
 * not turn is committed at once, blocking. When that happens again and again, a thread is started that packs, writes
 * and syncs in place of the loop's: each append looks whether it has finished. Only when it is far behind does an
 * append wait for it, which lets TCP slow the sender down. When the loop does turn and there is no thread, the disk
 * is what is slow, and the queue absorbs it: receiving goes on. `spool_bench.ts` measures the cost per record.
 */
export class StreamWriter implements SpoolWriter, AsyncDisposable {
  readonly #deps: WriterDeps;
  readonly #options: SpoolOptions;
  readonly #state: StreamState;
  readonly #queue: BlockQueue;
  readonly #stop = new AbortController();
  readonly #closing = new Set<Promise<void>>();
  readonly refusals: Refusals;
  #active: ActiveSegment | undefined;
  #flight: Flight | undefined;
  /** Sequence of the next block to be written. */
  #next: number;
  #busy = false;
  #scheduled = false;
  #flooded = false;
  readonly #blocking: BlockingBudget;
  #thread: CommitThread | undefined;
  #accepted = 0;
  #settled = 0;
  #lastError: SpoolError | undefined;
  #isClosed = false;
  readonly counts = { commits: 0, blocks: 0, writtenBytes: 0, writeFailures: 0 };

  constructor(deps: WriterDeps, options: SpoolOptions, state: StreamState) {
    this.#deps = deps;
    this.#options = options;
    this.#state = state;
    this.#next = state.next;
    this.#queue = new BlockQueue(options);
    this.refusals = new Refusals(options);
    this.#blocking = new BlockingBudget(deps.clock);
  }

  /** Text that waits for the disk, in UTF-16 units. */
  get pendingUnits(): number {
    return this.#queue.units + this.#flightUnits;
  }
  #flightUnits = 0;

  append(
    lines: string | readonly string[],
    receivedAtMs: number,
    owner: AppendOwner,
  ): SpoolError | undefined {
    const units = unitsOf(lines);
    if (this.#isClosed) return this.refusals.refuse("ERR_SPOOL_CLOSED");
    if (this.pendingUnits + units > this.#options.maxPendingBytes) {
      return this.refusals.refuse("ERR_SPOOL_OVERLOADED");
    }
    // The place for a policy: "reject" is the only one so far.
    if (this.#deps.usage.bytes >= this.#options.maxBytes) return this.refusals.refuse("ERR_SPOOL_FULL");
    this.#accepted++;
    const filled = this.#queue.add(lines, units, receivedAtMs, owner);
    if (this.#busy) return undefined;
    const flight = this.#flight;
    if (flight === undefined) {
      if (filled) this.#commitFull();
      else this.#schedule();
    } else if (flight.job !== undefined) {
      this.#lookAt(flight, flight.job);
    } else if (
      filled && flight.isStarved(this.#deps.clock, this.#stop.signal) && this.#blocking.isAllowed() &&
      this.#active !== undefined
    ) {
      // Without an active segment a new one would begin before the one under way is known to be good.
      this.#commit(true);
    }
    return undefined;
  }

  async flush(): Promise<void> {
    const target = this.#accepted;
    while (this.#settled < target) {
      if (this.#flight === undefined && !this.#busy) this.#commit(false);
      if (this.#settled < target) await this.#state.changed(this.#never);
    }
  }
  readonly #never = new AbortController().signal;

  health(): SpoolHealth {
    return this.#lastError === undefined ? { ok: true } : { ok: false, lastError: this.#lastError };
  }

  /** Settles everything appended, then closes the file. Later appends fail. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    this.#stop.abort();
    this.#retire();
    await Promise.all(this.#closing);
    this.#thread?.[Symbol.dispose]();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const go = () => {
      this.#scheduled = false;
      if (this.#flight === undefined && !this.#busy && !this.#queue.isEmpty) this.#commit(false);
    };
    // During a flood a timer waits until the block is full or the flood is over; otherwise nothing is gained by waiting.
    if (this.#flooded) void this.#deps.clock.sleep(1, this.#stop.signal).then(go, go);
    else queueMicrotask(go);
  }

  #commit(blocking: boolean): void {
    if (!blocking && this.#queue.units >= MIN_JOB_UNITS && this.#thread?.isReady) {
      return this.#commitOn(this.#thread, { openToo: true });
    }
    this.#busy = true;
    const flight = this.#write(this.#queue.take(MAX_FLIGHT_UNITS, { openToo: !blocking }));
    this.#flooded = blocking;
    if (blocking) this.#syncNow(flight);
    else this.#syncLater(flight);
    this.#busy = false;
    if (this.#flight === undefined && !this.#queue.isEmpty) this.#schedule();
  }

  /** Commits full blocks without the event loop's help: on the thread if there is one, otherwise blocking. */
  #commitFull(): void {
    if (this.#thread?.isReady) this.#commitOn(this.#thread, { openToo: false });
    else this.#commit(this.#blocking.isAllowed());
  }

  #commitOn(thread: CommitThread, options: { readonly openToo: boolean }): void {
    this.#busy = true;
    this.#flooded = true;
    const blocks = this.#queue.take(MAX_JOB_UNITS, options);
    try {
      const segment = this.#openSegment();
      const raw = blocks.map(({ lines, firstReceivedAtMs }) => {
        const firstSequence = this.#next;
        this.#next += lines.length;
        return { lines, firstSequence, firstReceivedAtMs };
      });
      const job = segment.commitOn(thread, raw);
      this.counts.blocks += blocks.length;
      const flight = this.#newFlight(blocks, segment, job);
      this.#flight = flight;
      void job.finished.then(() => this.#lookAt(flight, job));
    } catch (error) {
      // Nothing is under way, and the thread was told nothing.
      this.#next = this.#state.next;
      this.#settle(this.#newFlight(blocks, undefined), this.#failed("write block", error));
    }
    this.#busy = false;
    if (this.#flight === undefined && !this.#queue.isEmpty) this.#schedule();
  }

  /** Settles what the thread has finished and gives it what waits. */
  #lookAt(flight: Flight, job: CommitJob): void {
    if (flight.isSettled) return;
    const behind = Math.min(MAX_UNITS_BEHIND, this.#options.maxPendingBytes / 2);
    if (job.look() === undefined && this.pendingUnits > behind && this.#blocking.isAllowed()) {
      this.#blocking.measure(() => job.wait(MAX_WAIT_MS));
    }
    const result = job.look();
    if (result === undefined) return;
    this.#busy = true;
    this.#flight = undefined;
    let failure: SpoolError | undefined;
    if (result.kind === "durable") flight.segment?.grow(result.bytes);
    else failure = this.#syncFailed(result.error, new Set([flight.segment]));
    this.#settle(flight, failure);
    this.#busy = false;
    if (this.#queue.hasFull) this.#commitFull();
    else if (!this.#queue.isEmpty) this.#schedule();
  }

  /** Writes blocks to the active segment, in order; those that fail carry their failure. */
  #write(blocks: readonly PendingBlock[]): Flight {
    let segment: ActiveSegment | undefined;
    for (const [index, block] of blocks.entries()) {
      try {
        segment ??= this.#openSegment();
        const bytes = encodeBlock(block.lines, {
          codec: "zstd",
          firstSequence: this.#next,
          firstReceivedAtMs: block.firstReceivedAtMs,
        });
        segment.append(bytes);
        this.#next += block.lines.length;
        this.counts.blocks++;
      } catch (error) {
        block.failure = this.#failed("write block", error);
        if (segment !== undefined && !this.#cut(segment)) {
          // What is written of this flight is synced through its own handle; the rest goes to a new segment.
          this.#queue.giveBack(blocks.slice(index + 1));
          return this.#newFlight(blocks.slice(0, index + 1), segment);
        }
      }
    }
    return this.#newFlight(blocks, segment);
  }

  #newFlight(
    blocks: readonly PendingBlock[],
    segment: ActiveSegment | undefined,
    job?: CommitJob,
  ): Flight {
    for (const block of blocks) this.#flightUnits += block.units;
    return new Flight(blocks, segment, job);
  }

  #syncNow(flight: Flight): void {
    const earlier = this.#flight;
    const segments = new Set([earlier?.segment, flight.segment]);
    let failure: SpoolError | undefined;
    try {
      this.#blocking.measure(() => {
        for (const segment of segments) segment?.syncNow();
      });
    } catch (error) {
      failure = this.#syncFailed(error, segments);
    }
    if (this.#blocking.count === SYNCS_BEFORE_THREAD) this.#startThread();
    if (earlier !== undefined) this.#settle(earlier, failure);
    this.#settle(flight, failure);
    this.#flight = undefined;
  }

  #syncLater(flight: Flight): void {
    const { segment } = flight;
    if (segment === undefined || flight.blocks.every((block) => block.failure !== undefined)) {
      return this.#settle(flight, undefined);
    }
    this.#flight = flight;
    const done = (failure: SpoolError | undefined) => {
      this.#busy = true;
      this.#flight = undefined;
      this.#settle(flight, failure);
      this.#busy = false;
      if (!this.#queue.isEmpty) this.#commit(false);
    };
    segment.sync().then(
      // A blocking sync may have settled it meanwhile.
      () => flight.isSettled || done(undefined),
      (error) => flight.isSettled || done(this.#syncFailed(error, new Set([segment]))),
    );
  }

  #settle(flight: Flight, failure: SpoolError | undefined): void {
    flight.isSettled = true;
    let records = 0;
    let firstReceivedAtMs: number | undefined;
    for (const block of flight.blocks) {
      this.#flightUnits -= block.units;
      block.failure ??= failure;
      if (block.failure !== undefined) continue;
      records += block.lines.length;
      firstReceivedAtMs ??= block.firstReceivedAtMs;
    }
    if (flight.segment !== undefined && firstReceivedAtMs !== undefined) {
      const bytes = flight.segment.commit(firstReceivedAtMs);
      this.#deps.usage.bytes += bytes;
      this.counts.writtenBytes += bytes;
      this.counts.commits++;
      this.#state.next += records;
      if (flight.blocks.every((block) => block.failure === undefined)) this.#recovered();
    }
    for (const block of flight.blocks) {
      block.tell(block.failure ?? "durable", this.#deps.log);
      this.#settled += block.owners.length;
    }
    this.#state.notify();
  }

  #openSegment(): ActiveSegment {
    const current = this.#active;
    const { vanishedSegment, skipTo } = this.#state;
    // Only between flights: a segment is left behind synced, so no later one can be durable before it.
    if (this.#flight === undefined && current !== undefined) {
      const isFull = current.writtenBytes >= this.#options.segmentBytes || this.#isInTheWay(current);
      if (isFull || vanishedSegment === current.segment.first || skipTo > this.#next) this.#retire();
    }
    if (this.#active === undefined) {
      // Nothing is under way, so the next sequence is also the committed one.
      this.#state.next = this.#next = Math.max(this.#next, skipTo);
      this.#active = ActiveSegment.create(this.#deps.fs, this.#state, this.#next);
    }
    return this.#active;
  }

  /** Whether the disk refuses more and the segment holds nothing that is needed: behind another one it is removed. */
  #isInTheWay({ segment }: ActiveSegment): boolean {
    const { acknowledged, next } = this.#state;
    return this.#lastError !== undefined && segment.bytes > 0 && acknowledged >= next;
  }

  #cut(segment: ActiveSegment): boolean {
    try {
      segment.cut();
      return true;
    } catch {
      // keeps I2: the next segment's name says where this one ends for readers
      this.#retire();
      return false;
    }
  }

  #syncFailed(error: unknown, segments: ReadonlySet<ActiveSegment | undefined>): SpoolError {
    const failure = this.#failed("commit blocks", error);
    this.#next = this.#state.next;
    for (const segment of segments) {
      try {
        // So that a crash now does not bring back what is reported as failed.
        segment?.cut(segment.segment.bytes);
      } catch {
        // The name of the next segment hides it all the same.
      }
    }
    this.#retire();
    return failure;
  }

  #retire(): void {
    const closing = this.#active?.close().catch((error) => {
      this.#deps.log.warn("Cannot close a segment", { error });
    });
    this.#active = undefined;
    if (closing === undefined) return;
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  #failed(verb: string, error: unknown): SpoolError {
    this.counts.writeFailures++;
    const failure = new SpoolError(`Cannot ${verb} in "${this.#state.folder}": ${messageOf(error)}`, {
      code: "ERR_SPOOL_WRITE",
      retryable: true,
      hint: "look at the free space and the health of the disk",
      cause: error,
    });
    if (this.#lastError === undefined) this.#deps.log.error("The spool cannot write", { error: failure });
    this.#lastError = failure;
    return failure;
  }

  #recovered(): void {
    if (this.#lastError === undefined) return;
    this.#lastError = undefined;
    this.#deps.log.info("The spool writes again", { folder: this.#state.folder });
  }

  #startThread(): void {
    try {
      this.#thread = this.#deps.fs.startThread();
    } catch (error) {
      this.#deps.log.warn("The spool has no thread of its own", { error });
    }
  }
}
