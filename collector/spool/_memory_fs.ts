import { encodeBlock } from "@reflow/shared/record";
import type { AppendFile, CommitResult, LockResult, RawBlock, ReadFile, SpoolFs, ThreadFile } from "./fs.ts";

/** Calls that a test can make fail. */
export type FaultyCall =
  | "append"
  | "syncData"
  | "syncFolder"
  | "openAppend"
  | "truncate"
  | "replace"
  | "read"
  | "remove";

interface Inode {
  /** What reads see. */
  data: Uint8Array;
  /** What a crash leaves for certain. */
  durable: Uint8Array;
  /** Ranges whose write-back failed: the system keeps showing them and never tries again. */
  lost: { readonly from: number; readonly to: number }[];
  /** Number of the latest sync that took effect. */
  syncedBy: number;
}

/** Names and files; the same file may stand under a name that is synced and one that is not. */
interface Contents {
  readonly files: Map<string, Inode>;
  readonly durableNames: Map<string, Inode>;
}

/** A file system that forgets what was not synced. */
export interface MemoryFs extends SpoolFs {
  /**
   * What a loss of power would leave, as a file system of its own: names and bytes that were not synced are kept,
   * lost, cut or turned into zeros, as `random` has it; those that were synced stay.
   */
  crash(random: () => number): MemoryFs;
  /** What the death of the process alone would leave, as a file system of its own: everything, synced or not. */
  kill(): MemoryFs;
  /** Asked before each call; a string makes it fail with that message, a number makes an append short. */
  fault: ((call: FaultyCall, path: string) => string | number | undefined) | undefined;
  /** Whether there are threads; their jobs wait for `syncGate` too, but {@linkcode finishJobs} ends them sooner. */
  hasThreads: boolean;
  /** Ends the jobs of threads without a turn of the event loop. */
  finishJobs(): void;
  /** When set, an awaited sync waits for it. */
  syncGate: Promise<void> | undefined;
  /** Paths of all files. */
  paths(): string[];
  /** The bytes of a file, to look at or to damage; throws when it is absent. */
  bytesOf(path: string): Uint8Array;
  /** Puts a file there as if it had always been. */
  plant(path: string, bytes: Uint8Array): void;
  /** Syncs by kind. */
  readonly syncs: { awaited: number; blocking: number; onThread: number };
}

/** Makes a file system, empty or with these files. */
export function memoryFs(contents: Contents = { files: new Map(), durableNames: new Map() }): MemoryFs {
  const { files, durableNames } = contents;
  const folders = new Set<string>();
  const locks = new Set<string>();
  const jobs = new Set<() => void>();
  let lastSync = 0;

  const fs: MemoryFs = {
    fault: undefined,
    syncGate: undefined,
    syncs: { awaited: 0, blocking: 0, onThread: 0 },
    hasThreads: false,

    makeFolder(path) {
      for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) folders.add(path.slice(0, at));
      return Promise.resolve();
    },

    list(path) {
      const names = (all: Iterable<string>) =>
        [...all].filter((name) => parentOf(name) === path).map((name) => name.slice(path.length + 1));
      return Promise.resolve([
        ...names(files.keys()).map((name) => ({ name, isFolder: false })),
        ...names(folders).map((name) => ({ name, isFolder: true })),
      ]);
    },

    fileBytes: (path) => Promise.resolve(files.get(path)?.data.byteLength),

    async readText(path, maxBytes) {
      const file = await fs.openRead(path);
      return file === undefined ? undefined : new TextDecoder().decode(await file.read(0, maxBytes));
    },

    // deno-lint-ignore require-await -- a failure must be a rejection
    async replace(path, text, { durable }) {
      check("replace", path);
      const bytes = new TextEncoder().encode(text);
      files.set(path, newInode(bytes, durable ? bytes : new Uint8Array(0)));
      if (durable) fs.syncFolder(parentOf(path));
    },

    // deno-lint-ignore require-await -- a failure must be a rejection
    async remove(path) {
      check("remove", path);
      const isBelow = (name: string) => name === path || name.startsWith(`${path}/`);
      for (const name of [...files.keys()].filter(isBelow)) files.delete(name);
      for (const name of [...folders].filter(isBelow)) folders.delete(name);
    },

    syncFolder(path) {
      check("syncFolder", path);
      for (const name of durableNames.keys()) {
        if (parentOf(name) === path && !files.has(name)) durableNames.delete(name);
      }
      for (const [name, inode] of files) if (parentOf(name) === path) durableNames.set(name, inode);
    },

    openAppend(path) {
      check("openAppend", path);
      const inode = files.get(path) ?? newInode(new Uint8Array(0), new Uint8Array(0));
      cut(inode, 0);
      files.set(path, inode);
      return appendFile(path, inode);
    },

    startThread() {
      return {
        isReady: fs.hasThreads,
        openFile: (path) => threadFile(path, inodeOf(path)),
        [Symbol.dispose]() {},
      };
    },

    finishJobs() {
      for (const finish of jobs) finish();
    },

    openRead(path) {
      const inode = files.get(path);
      if (inode === undefined) return Promise.resolve(undefined);
      const file: ReadFile = {
        // deno-lint-ignore require-await -- a failure must be a rejection
        async read(offset, maxBytes) {
          check("read", path);
          return inode.data.slice(offset, offset + maxBytes);
        },
        close() {},
      };
      return Promise.resolve(file);
    },

    // deno-lint-ignore require-await -- a failure must be a rejection
    async truncate(path, bytes) {
      check("truncate", path);
      const inode = inodeOf(path);
      cut(inode, bytes);
      inode.durable = inode.data;
    },

    lock(path, text): Promise<LockResult> {
      if (locks.has(path)) {
        return fs.readText(path, 1_000).then((holder) => ({ kind: "held", holder: holder ?? "" }));
      }
      locks.add(path);
      fs.plant(path, new TextEncoder().encode(text));
      return Promise.resolve({ kind: "taken", lock: { [Symbol.dispose]: () => void locks.delete(path) } });
    },

    crash(random) {
      const left = new Map<string, Inode>();
      for (const path of new Set([...files.keys(), ...durableNames.keys()])) {
        const durable = durableNames.get(path);
        const current = files.get(path);
        // A name that is not synced may be there in its old or in its new state.
        const kept = durable === current || random() < 0.5 ? durable : current;
        if (kept === undefined) continue;
        const bytes = afterCrash(kept, random);
        left.set(path, newInode(bytes, bytes));
      }
      return memoryFs({ files: left, durableNames: new Map(left) });
    },

    kill() {
      const copies = new Map<Inode, Inode>();
      for (const inode of [...files.values(), ...durableNames.values()]) copies.set(inode, { ...inode });
      const copyOf = (all: Map<string, Inode>) =>
        new Map([...all].map(([name, inode]) => [name, copies.get(inode) ?? inode]));
      return memoryFs({ files: copyOf(files), durableNames: copyOf(durableNames) });
    },

    paths: () => [...files.keys()].sort(),
    bytesOf: (path) => inodeOf(path).data,

    plant(path, bytes) {
      void fs.makeFolder(parentOf(path));
      const inode = newInode(bytes, bytes);
      files.set(path, inode);
      durableNames.set(path, inode);
    },
  };
  for (const path of files.keys()) void fs.makeFolder(parentOf(path));
  return fs;

  function inodeOf(path: string): Inode {
    const inode = files.get(path);
    if (inode === undefined) throw new Error(`No such file: ${path}`);
    return inode;
  }

  function check(call: FaultyCall, path: string): number | undefined {
    const fault = fs.fault?.(call, path);
    if (typeof fault === "string") throw new Error(fault);
    return fault;
  }

  function synced(path: string, inode: Inode, data: Uint8Array, number: number): void {
    try {
      check("syncData", path);
    } catch (error) {
      inode.lost.push({ from: inode.durable.byteLength, to: data.byteLength });
      throw error;
    }
    if (number < inode.syncedBy) return;
    inode.syncedBy = number;
    inode.durable = data.slice();
    for (const { from, to } of inode.lost) inode.durable.fill(0, from, to);
  }

  /** A thread that has written its blocks when it is asked, and syncs them later. */
  function threadFile(path: string, inode: Inode): ThreadFile {
    return {
      commit(blocks) {
        fs.syncs.onThread++;
        const finished = Promise.withResolvers<void>();
        const number = ++lastSync;
        const written = attempt(() => writeAll(path, inode, blocks));
        const { data } = inode;
        let result: CommitResult | undefined;
        const finish = () => {
          if (!jobs.delete(finish)) return;
          const isWritten = written.kind === "durable";
          result = isWritten ? attempt(() => (synced(path, inode, data, number), written.bytes)) : written;
        };
        jobs.add(finish);
        void Promise.resolve(fs.syncGate).then(finish).then(finished.resolve);
        return { look: () => result, finished: finished.promise, wait: finish };
      },
      [Symbol.dispose]() {},
    };
  }

  function writeAll(path: string, inode: Inode, blocks: readonly RawBlock[]): number {
    let bytes = 0;
    for (const { lines, ...header } of blocks) {
      const block = encodeBlock(lines, { codec: "zstd", ...header });
      const taken = block.subarray(0, check("append", path));
      inode.data = concatenated(inode.data, taken);
      if (taken.byteLength < block.byteLength) throw new Error("the system took no bytes");
      bytes += taken.byteLength;
    }
    return bytes;
  }

  function appendFile(path: string, inode: Inode): AppendFile {
    const underWay = new Set<Promise<void>>();
    return {
      append(bytes) {
        const taken = bytes.subarray(0, check("append", path));
        inode.data = concatenated(inode.data, taken);
        return taken.byteLength;
      },
      syncData() {
        fs.syncs.awaited++;
        const number = ++lastSync;
        const { data } = inode;
        const sync = (async () => {
          await fs.syncGate;
          synced(path, inode, data, number);
        })().finally(() => underWay.delete(sync));
        underWay.add(sync);
        return sync;
      },
      syncDataNow() {
        fs.syncs.blocking++;
        synced(path, inode, inode.data, ++lastSync);
      },
      truncate(bytes) {
        check("truncate", path);
        cut(inode, bytes);
      },
      async close() {
        await Promise.allSettled(underWay);
      },
    };
  }
}

function attempt(action: () => number): CommitResult {
  try {
    return { kind: "durable", bytes: action() };
  } catch (error) {
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}

function newInode(data: Uint8Array, durable: Uint8Array): Inode {
  return { data, durable, lost: [], syncedBy: 0 };
}

function cut(inode: Inode, bytes: number): void {
  inode.data = inode.data.slice(0, bytes);
  inode.lost = inode.lost.map(({ from, to }) => ({ from, to: Math.min(to, bytes) }));
}

/** What is left of a file: at least what was synced, unless it was cut since; behind that anything. */
function afterCrash(inode: Inode, random: () => number): Uint8Array {
  const { data, durable } = inode;
  const luck = random();
  if (data.byteLength < durable.byteLength) return luck < 0.5 ? data.slice() : durable.slice();
  if (luck > 0.8) return durable.slice();
  const tailBytes = data.byteLength - durable.byteLength;
  const keptBytes = luck < 0.2 ? tailBytes : Math.floor(random() * (tailBytes + 1));
  const left = data.slice(0, durable.byteLength + keptBytes);
  left.set(durable);
  // Pages reach the disk in any order: the length may be there before the bytes.
  if (luck > 0.5) {
    for (let i = durable.byteLength; i < left.byteLength; i++) {
      if (random() < 0.3) left[i] = 0;
    }
  }
  return left;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
