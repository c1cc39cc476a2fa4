import { startCommitThread } from "./commit_thread.ts";
import type { AppendFile, FolderEntry, LockResult, ReadFile, SpoolFs } from "./fs.ts";

/** The file system of the machine. */
export const denoFs: SpoolFs = {
  async makeFolder(path) {
    await Deno.mkdir(path, { recursive: true });
  },

  async list(path) {
    const entries: FolderEntry[] = [];
    try {
      for await (const entry of Deno.readDir(path)) {
        entries.push({ name: entry.name, isFolder: entry.isDirectory });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return entries;
  },

  async fileBytes(path) {
    return await absentAsUndefined(async () => (await Deno.stat(path)).size);
  },

  async readText(path, maxBytes) {
    const file = await this.openRead(path);
    if (file === undefined) return undefined;
    try {
      return new TextDecoder().decode(await file.read(0, maxBytes));
    } finally {
      file.close();
    }
  },

  async replace(path, text, { durable }) {
    const temporary = `${path}.tmp`;
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      const bytes = new TextEncoder().encode(text);
      for (let done = 0; done < bytes.byteLength;) done += await file.write(bytes.subarray(done));
      if (durable) await file.syncData();
    }
    await Deno.rename(temporary, path);
    if (durable) this.syncFolder(parentOf(path));
  },

  async remove(path) {
    await absentAsUndefined(() => Deno.remove(path, { recursive: true }));
  },

  syncFolder(path) {
    // Windows cannot sync a folder; its file systems journal names by themselves.
    if (Deno.build.os === "windows") return;
    using folder = Deno.openSync(path, { read: true });
    folder.syncSync();
  },

  openAppend: openAppendFile,

  startThread: startCommitThread,

  async openRead(path) {
    const file = await absentAsUndefined(() => Deno.open(path, { read: true }));
    return file === undefined ? undefined : readFile(file);
  },

  async truncate(path, bytes) {
    using file = await Deno.open(path, { write: true });
    await file.truncate(bytes);
    await file.sync();
  },

  async lock(path, text): Promise<LockResult> {
    // Opened without truncation: until the lock is ours, the words in the file are its holder's.
    const file = await Deno.open(path, { read: true, write: true, create: true });
    try {
      if (!await file.tryLock(true)) {
        const holder = await this.readText(path, 1_000) ?? "";
        file.close();
        return { kind: "held", holder };
      }
      await file.truncate(0);
      await file.write(new TextEncoder().encode(text));
    } catch (error) {
      file.close();
      throw error;
    }
    // The file stays: removing a lock file while another process opens it would let both hold "the" lock.
    return { kind: "taken", lock: { [Symbol.dispose]: () => file.close() } };
  },
};

function openAppendFile(path: string): AppendFile {
  const file = Deno.openSync(path, { append: true, create: true });
  let witness: Deno.FsFile | undefined;
  try {
    file.truncateSync(0);
    // Linux reports a failed write-back once per open file. Blocking syncs go through a second one, so that a failure
    // which a sync under way has already taken, and not yet told us, is reported here too.
    witness = Deno.openSync(path, { read: true, write: true });
  } catch (error) {
    file.close();
    throw error;
  }
  const blocking = witness;
  const underWay = new Set<Promise<void>>();
  return {
    append: (bytes) => file.writeSync(bytes),
    syncData() {
      const sync = file.syncData().finally(() => underWay.delete(sync));
      underWay.add(sync);
      return sync;
    },
    syncDataNow: () => blocking.syncDataSync(),
    truncate: (bytes) => file.truncateSync(bytes),
    async close() {
      await Promise.allSettled(underWay);
      file.close();
      blocking.close();
    },
  };
}

function readFile(file: Deno.FsFile): ReadFile {
  return {
    async read(offset, maxBytes) {
      await file.seek(offset, Deno.SeekMode.Start);
      const buffer = new Uint8Array(maxBytes);
      let done = 0;
      while (done < maxBytes) {
        const count = await file.read(buffer.subarray(done));
        if (count === null) break;
        done += count;
      }
      return buffer.subarray(0, done);
    },
    close: () => file.close(),
  };
}

async function absentAsUndefined<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function parentOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (slash === -1) return ".";
  return slash === 0 ? "/" : path.slice(0, slash);
}
