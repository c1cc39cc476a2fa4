import type { Logger } from "@reflow/shared/telemetry";
import type { BlockReader } from "./block_reader.ts";
import type { SpoolFs } from "./fs.ts";
import type { DiskUsage } from "./stream_state.ts";

/** Enough to see what happened; more damage than this is a broken disk, not a case to study. */
const MAX_QUARANTINE_BYTES = 64 * 1024 * 1024;
const MAX_QUARANTINE_FILES = 1_000;
const COPY_BYTES = 256 * 1024;

/** Keeps copies of damaged bytes for people, within bounds, and counts all of them. */
export class Quarantine {
  readonly #fs: SpoolFs;
  readonly #log: Logger;
  readonly #usage: DiskUsage;
  readonly #folder: string;
  readonly #names = new Set<string>();
  #keptBytes = 0;
  /** Damaged bytes seen by this run. */
  damagedBytes = 0;

  constructor(
    deps: { readonly fs: SpoolFs; readonly log: Logger; readonly usage: DiskUsage },
    folder: string,
  ) {
    this.#fs = deps.fs;
    this.#log = deps.log;
    this.#usage = deps.usage;
    this.#folder = folder;
  }

  /** Counts what earlier runs kept. Throws whatever the system threw. */
  async open(): Promise<void> {
    for (const { name, isFolder } of await this.#fs.list(this.#folder)) {
      if (isFolder) continue;
      const bytes = await this.#fs.fileBytes(`${this.#folder}/${name}`) ?? 0;
      this.#names.add(name);
      this.#keptBytes += bytes;
      this.#usage.bytes += bytes;
    }
  }

  /** Copies the bytes between two offsets; `false` when that damage is known already. Never throws. */
  async keep(reader: BlockReader, damageName: string, from: number, to: number): Promise<boolean> {
    const name = `${damageName}.bin`;
    if (this.#names.has(name)) return false;
    this.damagedBytes += to - from;
    const isFull = this.#keptBytes + to - from > MAX_QUARANTINE_BYTES ||
      this.#names.size >= MAX_QUARANTINE_FILES;
    // Beyond ten times as many the same damage may be counted again; memory stays bounded.
    if (this.#names.size < 10 * MAX_QUARANTINE_FILES) this.#names.add(name);
    if (isFull) return true;
    try {
      await this.#copy(reader, `${this.#folder}/${name}`, from, to);
      this.#keptBytes += to - from;
      this.#usage.bytes += to - from;
    } catch (error) {
      this.#log.warn("Cannot keep damaged bytes aside", { file: name, error });
    }
    return true;
  }

  async #copy(reader: BlockReader, path: string, from: number, to: number): Promise<void> {
    await this.#fs.makeFolder(this.#folder);
    const file = this.#fs.openAppend(path);
    try {
      for (let offset = from; offset < to;) {
        const bytes = await reader.raw(offset, Math.min(COPY_BYTES, to - offset));
        if (bytes.byteLength === 0) return;
        for (let done = 0; done < bytes.byteLength;) done += Math.max(1, file.append(bytes.subarray(done)));
        offset += bytes.byteLength;
      }
    } finally {
      await file.close();
    }
  }
}
