import { messageOf } from "@reflow/shared/errors";
import { newUuid, parseUuid, type Uuid } from "@reflow/shared/ids";
import type { Logger } from "@reflow/shared/telemetry";
import type { Clock } from "@reflow/shared/time";
import { endStream } from "./ending.ts";
import type { SpoolFs } from "./fs.ts";
import { collectorIdOf } from "./identity.ts";
import { Quarantine } from "./quarantine.ts";
import { type ReaderDeps, SegmentReader } from "./reader.ts";
import { recoverStream } from "./recovery.ts";
import { SpoolError } from "./spool_error.ts";
import { spoolStats } from "./stats.ts";
import { type DiskUsage, StreamState } from "./stream_state.ts";
import type { AppendOwner, Spool, SpoolHealth, SpoolOptions, SpoolStats, StreamReader } from "./types.ts";
import { StreamWriter } from "./writer.ts";

/** What a spool works with. */
export interface SpoolDeps {
  readonly fs: SpoolFs;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A stream of an earlier run. */
interface EarlierStream {
  readonly state: StreamState;
  readonly reader: SegmentReader;
}

/**
 * Opens the folder, recovers what earlier runs left, and begins the stream of this run. Whoever reads batches stops
 * before the spool is disposed.
 *
 * @throws SpoolError `ERR_SPOOL_LOCKED`, `ERR_SPOOL_VERSION`, `ERR_SPOOL_OPEN`
 */
export async function openSpool(deps: SpoolDeps, options: SpoolOptions): Promise<Spool> {
  try {
    await deps.fs.makeFolder(`${options.folder}/streams`);
    using stack = new DisposableStack();
    const lock = stack.use(await takeLock(deps, options.folder));
    const spool = await openLocked(deps, options, lock);
    stack.move();
    return spool;
  } catch (error) {
    if (error instanceof SpoolError) throw error;
    throw new SpoolError(`Cannot open spool "${options.folder}": ${messageOf(error)}`, {
      code: "ERR_SPOOL_OPEN",
      hint: "the folder must be writable for the user that the collector runs as",
      cause: error,
    });
  }
}

async function takeLock({ fs, clock }: SpoolDeps, folder: string): Promise<Disposable> {
  const path = `${folder}/spool.lock`;
  const text = `pid ${Deno.pid} since ${new Date(clock.now()).toISOString()}`;
  const result = await fs.lock(path, text);
  if (result.kind === "taken") return result.lock;
  throw new SpoolError(
    `Cannot open spool "${folder}": "${path}" is held by ${result.holder || "another process"}`,
    {
      code: "ERR_SPOOL_LOCKED",
      hint: "stop the other collector or give this one another folder",
    },
  );
}

async function openLocked(deps: SpoolDeps, options: SpoolOptions, lock: Disposable): Promise<Spool> {
  const { fs } = deps;
  const { folder, maxBytes } = options;
  const usage: DiskUsage = { bytes: 0, maxBytes };
  const quarantine = new Quarantine({ ...deps, usage }, `${folder}/quarantine`);
  const readerDeps: ReaderDeps = { ...deps, usage, quarantine };
  const collectorId = await collectorIdOf(deps, folder);
  await quarantine.open();
  const earlier = await recoverStreams(readerDeps, `${folder}/streams`);
  const id = newUuid();
  const state = new StreamState(id, `${folder}/streams/${id}`);
  state.isLive = true;
  await fs.makeFolder(state.folder);
  fs.syncFolder(`${folder}/streams`);
  fs.syncFolder(folder);
  return new DurableSpool({ readerDeps, options, quarantine, collectorId, earlier, state, lock });
}

async function recoverStreams(deps: ReaderDeps, folder: string): Promise<EarlierStream[]> {
  const { fs, log, clock, usage } = deps;
  const ids: Uuid[] = [];
  for (const { name, isFolder } of await fs.list(folder)) {
    const id = isFolder ? parseUuid(name) : undefined;
    if (id === name) ids.push(id);
    else log.warn("A foreign file in the spool is ignored", { file: `${folder}/${name}` });
  }
  const streams: EarlierStream[] = [];
  // Ids are UUIDv7: in order of their making.
  for (const id of ids.sort()) {
    try {
      const recovered = await recoverStream(deps, `${folder}/${id}`, id);
      if (recovered === undefined) continue;
      const { state, place } = recovered;
      usage.bytes += state.bytes;
      streams.push({ state, reader: new SegmentReader(deps, state, place) });
      if (!state.isClosed) await endStream({ fs, usage }, state, clock.now());
    } catch (error) {
      if (error instanceof SpoolError) throw error;
      log.error("A stream cannot be recovered in full; it stays as it is", {
        folder: `${folder}/${id}`,
        error,
      });
    }
  }
  return streams;
}

class DurableSpool implements Spool {
  readonly collectorId: Uuid;
  readonly #deps: ReaderDeps;
  readonly #options: SpoolOptions;
  readonly #quarantine: Quarantine;
  readonly #lock: Disposable;
  readonly #state: StreamState;
  readonly #writer: StreamWriter;
  readonly #live: SegmentReader;
  #earlier: readonly EarlierStream[];
  #isDisposed = false;

  constructor(
    parts: {
      readonly readerDeps: ReaderDeps;
      readonly options: SpoolOptions;
      readonly quarantine: Quarantine;
      readonly collectorId: Uuid;
      readonly earlier: readonly EarlierStream[];
      readonly state: StreamState;
      readonly lock: Disposable;
    },
  ) {
    this.collectorId = parts.collectorId;
    this.#deps = parts.readerDeps;
    this.#options = parts.options;
    this.#quarantine = parts.quarantine;
    this.#lock = parts.lock;
    this.#earlier = parts.earlier;
    this.#state = parts.state;
    this.#writer = new StreamWriter(parts.readerDeps, parts.options, parts.state);
    this.#live = new SegmentReader(parts.readerDeps, parts.state);
  }

  get live(): StreamReader {
    return this.#live;
  }

  append(
    lines: string | readonly string[],
    receivedAtMs: number,
    owner: AppendOwner,
  ): SpoolError | undefined {
    return this.#writer.append(lines, receivedAtMs, owner);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  health(): SpoolHealth {
    return this.#writer.health();
  }

  backlog(): readonly StreamReader[] {
    this.#earlier = this.#earlier.filter((stream) => !stream.state.isDone);
    return this.#earlier.map((stream) => stream.reader);
  }

  stats(): SpoolStats {
    return spoolStats({
      writer: this.#writer,
      usage: this.#deps.usage,
      damagedBytes: this.#quarantine.damagedBytes,
      states: [...this.#earlier.map((stream) => stream.state), this.#state],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const { fs, usage, log, clock } = this.#deps;
    try {
      await this.#writer[Symbol.asyncDispose]();
      // Sessions have ended their traces already; this covers those whose last record was refused.
      if (this.#state.next > 0) await endStream({ fs, usage }, this.#state, clock.now());
      else await fs.remove(this.#state.folder);
    } catch (error) {
      log.warn("Cannot end the stream; the next start will", { folder: this.#options.folder, error });
    } finally {
      this.#live[Symbol.dispose]();
      for (const stream of this.#earlier) stream.reader[Symbol.dispose]();
      this.#lock[Symbol.dispose]();
    }
  }
}
