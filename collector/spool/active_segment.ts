import type { AppendFile, CommitJob, CommitThread, RawBlock, SpoolFs, ThreadFile } from "./fs.ts";
import { segmentName } from "./names.ts";
import type { Segment, StreamState } from "./stream_state.ts";

/** The segment being written: its file, and how far it is written beyond what is committed. */
export class ActiveSegment {
  readonly segment: Segment;
  readonly #file: AppendFile;
  readonly #path: string;
  #onThread: ThreadFile | undefined;
  #writtenBytes = 0;
  #syncing: Promise<unknown> = Promise.resolve();

  private constructor(file: AppendFile, path: string, segment: Segment) {
    this.#file = file;
    this.#path = path;
    this.segment = segment;
  }

  /**
   * Makes the segment that begins with `first`; its name is on disk on return. A file of that name can only hold
   * what was never committed, so it is emptied.
   */
  static create(fs: SpoolFs, state: StreamState, first: number): ActiveSegment {
    const path = `${state.folder}/${segmentName(first)}`;
    const file = fs.openAppend(path);
    try {
      fs.syncFolder(state.folder);
    } catch (error) {
      void file.close();
      throw error;
    }
    const segment: Segment = { first, bytes: 0, firstReceivedAtMs: undefined };
    if (state.segments.at(-1)?.first === first) state.segments.pop();
    state.segments.push(segment);
    return new ActiveSegment(file, path, segment);
  }

  /** Bytes in the file, committed or not. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /**
   * Writes a block behind the others. Not durable.
   *
   * @throws whatever the system threw; the file then ends with part of the block and must be {@linkcode cut}.
   */
  append(block: Uint8Array): void {
    for (let done = 0; done < block.byteLength;) {
      const count = this.#file.append(done === 0 ? block : block.subarray(done));
      if (count <= 0) throw new Error("the system took no bytes");
      done += count;
    }
    this.#writtenBytes += block.byteLength;
  }

  /** Removes what a failed append left behind. */
  cut(bytes: number = this.#writtenBytes): void {
    this.#file.truncate(bytes);
    this.#writtenBytes = bytes;
  }

  /**
   * Resolves when everything written is durable. Rejects if any sync of this file that is still under way failed:
   * the system reports a failed write-back to one of them only.
   */
  sync(): Promise<unknown> {
    const all = Promise.all([this.#syncing, this.#file.syncData()]);
    this.#syncing = all;
    return all;
  }

  /** Makes everything written durable before it returns. */
  syncNow(): void {
    this.#file.syncDataNow();
  }

  /**
   * Lets the thread append blocks and sync; only when everything written is durable, because the thread's descriptor
   * may be too young to be told of older failures. {@linkcode grow} notes what it wrote.
   */
  commitOn(thread: CommitThread, blocks: readonly RawBlock[]): CommitJob {
    this.#onThread ??= thread.openFile(this.#path);
    return this.#onThread.commit(blocks);
  }

  /** Notes bytes that a thread has appended. */
  grow(bytes: number): void {
    this.#writtenBytes += bytes;
  }

  /** Everything written is durable: it may be read. */
  commit(firstReceivedAtMs: number): number {
    const grownBytes = this.#writtenBytes - this.segment.bytes;
    this.segment.bytes = this.#writtenBytes;
    this.segment.firstReceivedAtMs ??= firstReceivedAtMs;
    return grownBytes;
  }

  /** Waits for syncs under way and closes the file. */
  async close(): Promise<void> {
    this.#onThread?.[Symbol.dispose]();
    await this.#syncing.catch(() => {});
    await this.#file.close();
  }
}
