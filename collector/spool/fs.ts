/** One name in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A file that only grows, with one writer. Calls without a promise do their work before they return. */
export interface AppendFile {
  /** Writes at the end and returns how many bytes were taken, which may be fewer. Not durable. */
  append(bytes: Uint8Array): number;
  /** Everything appended before the call is on disk when the promise resolves. */
  syncData(): Promise<void>;
  /** The same, blocking the caller. Reports every failure since the file was opened, whoever else saw it. */
  syncDataNow(): void;
  /** Cuts the file; durable with the next sync. */
  truncate(bytes: number): void;
  /** Waits for syncs under way and closes. */
  close(): Promise<void>;
}

/** A block that is not packed yet. */
export interface RawBlock {
  readonly lines: readonly string[];
  readonly firstSequence: number;
  readonly firstReceivedAtMs: number;
}

/** How a commit on another thread ended. After a failure any part of the blocks may be in the file. */
export type CommitResult =
  | { readonly kind: "durable"; readonly bytes: number }
  | { readonly kind: "failed"; readonly error: Error };

/** Blocks that another thread packs, writes and syncs. */
export interface CommitJob {
  /** The result once there is one. A look costs nanoseconds and needs no turn of the event loop. */
  look(): CommitResult | undefined;
  /** Resolves in some turn of the event loop after there is a result; never rejects. */
  readonly finished: Promise<void>;
  /** Blocks the caller until there is a result or the time is up. */
  wait(timeoutMs: number): void;
}

/**
 * A file as another thread sees it, through a descriptor of its own that it opens at the first job. Disposing closes
 * that one.
 */
export interface ThreadFile extends Disposable {
  /** Appends blocks and syncs; only when nothing else of the file is under way. Returns at once. */
  commit(blocks: readonly RawBlock[]): CommitJob;
}

/** A thread for commits, with one job at a time. Disposing ends it; a job under way then fails. */
export interface CommitThread extends Disposable {
  /** Whether it can be given jobs: it takes a while to start, and may break. */
  readonly isReady: boolean;
  /** The thread's view of a file that exists when the first job is given. */
  openFile(path: string): ThreadFile;
}

/** A file opened for reading. */
export interface ReadFile {
  /** Up to `maxBytes` bytes from `offset`; fewer only at the end of the file. */
  read(offset: number, maxBytes: number): Promise<Uint8Array>;
  close(): void;
}

/** A lock that was taken, or what its holder wrote into it. */
export type LockResult =
  | { readonly kind: "taken"; readonly lock: Disposable }
  | { readonly kind: "held"; readonly holder: string };

/**
 * The file system as far as the spool needs it; `denoFs` and the memory of the tests implement it. Failures throw
 * whatever the system threw.
 */
export interface SpoolFs {
  /** Makes a folder and its parents; an existing one is fine. */
  makeFolder(path: string): Promise<void>;
  /** Names in a folder, in no order; none when the folder is absent. */
  list(path: string): Promise<FolderEntry[]>;
  /** Bytes of a file; `undefined` when it is absent. */
  fileBytes(path: string): Promise<number | undefined>;
  /** The first `maxBytes` bytes of a file as text; `undefined` when it is absent. */
  readText(path: string, maxBytes: number): Promise<string | undefined>;
  /** Replaces a file through a temporary one beside it. When `durable`, contents and name are on disk on return. */
  replace(path: string, text: string, options: { readonly durable: boolean }): Promise<void>;
  /** Removes a file or a folder with what is in it; an absent one is fine. Durable only with the folder's sync. */
  remove(path: string): Promise<void>;
  /** The names in the folder are on disk on return. */
  syncFolder(path: string): void;
  /** Makes a file, or empties it, for appending. */
  openAppend(path: string): AppendFile;
  /** Starts a thread; ready some time later, without help of the event loop. */
  startThread(): CommitThread;
  /** `undefined` when the file is absent. */
  openRead(path: string): Promise<ReadFile | undefined>;
  /** Cuts a file and makes that and its contents durable. */
  truncate(path: string, bytes: number): Promise<void>;
  /** Takes a lock that ends with the process, and writes `text` into its file for others to read. */
  lock(path: string, text: string): Promise<LockResult>;
}
