import { setImmediate as nextTurn } from "node:timers/promises";
import { PGlite, type Transaction as PgliteTransaction, types } from "@electric-sql/pglite";
import type { Database, DatabaseOptions, Queryable, SqlValue, Transaction } from "./database.ts";
import { messageOf } from "@reflow/shared/errors";
import { toStoreError } from "./failure.ts";
import { StoreError } from "./store_error.ts";
import { lockFolder } from "./folder_lock.ts";
import { SyncedNodeFs } from "./synced_node_fs.ts";
import { syncTree } from "./sync_tree.ts";

/**
 * PGlite's defaults, but for these: fsync stays on (see SyncedNodeFs; the method must be the one whose system call
 * reaches it), the path finds our schema, and the log is recycled rather than kept up to a gigabyte.
 */
const START_PARAMS = [
  "--single",
  "-O",
  "-j",
  ...[
    "fsync=on",
    "wal_sync_method=fsync",
    "search_path=public,tracing",
    "timezone=UTC",
    "exit_on_error=false",
    "log_checkpoints=false",
    "max_worker_processes=0",
    "max_parallel_workers=0",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "io_method=sync",
    "max_wal_size=128MB",
  ].flatMap((setting) => ["-c", setting]),
];

/**
 * A server checkpoints in the background; a process of one has to ask for it, or the log grows and the next start
 * replays all of it. Replaying this much takes about a second.
 */
const CHECKPOINT_EVERY_BYTES = 64 * 1024 * 1024;

/**
 * A server's autovacuum also keeps the statistics. Without them the planner takes every trace for a small one and sorts
 * all of its events for each page: the pages of 300,000 events took minutes. Asked for when this much more was copied,
 * then at twice as much, and so on until every checkpoint has it. It blocks for about a second at most.
 */
const FIRST_VACUUM_BYTES = 1024 * 1024;

/** After a transaction everybody else gets a tenth of the time that it took, and no more than they need. */
const PAUSE_SHARE = 10;
const MAX_PAUSE_MS = 100;

const asText = (value: string) => value;
// As from a server: what a double cannot hold, and what has a richer form than JSON's, stays text.
const PARSERS = {
  [types.INT8]: asText,
  [types.NUMERIC]: asText,
  [types.TIMESTAMPTZ]: asText,
  [types.TIMESTAMP]: asText,
  [types.DATE]: asText,
  [types.JSON]: asText,
  [types.JSONB]: asText,
};

/** Opens the embedded database, in memory when there is no folder; see {@linkcode Database}. */
export async function openPglite(folder: string | undefined, options: DatabaseOptions): Promise<Database> {
  await using opened = new AsyncDisposableStack();
  const pglite = folder === undefined ? await create({}) : await openFolder(folder, options, opened);
  opened.defer(() => pglite.close());
  const closing = opened.move();
  let copiedBytes = 0;
  let vacuumAtBytes = FIRST_VACUUM_BYTES;
  /** How long the last transaction held the thread. */
  let busyMs = 0;

  const database: Database = {
    kind: "pglite",
    folder,
    ...queries(pglite),
    async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      let failed: { readonly error: unknown } | undefined;
      let result: T;
      try {
        result = await pglite.transaction(async (tx) => {
          await breathe();
          const startedMs = performance.now();
          try {
            return await work(transactionOn(tx, (bytes) => copiedBytes += bytes));
          } catch (error) {
            failed = { error };
            throw error;
          } finally {
            busyMs = performance.now() - startedMs;
          }
        });
      } catch (error) {
        if (failed !== undefined) throw failed.error;
        throw toStoreError(error, "commit transaction");
      }
      await upkeepIfDue();
      return result;
    },
    async [Symbol.asyncDispose]() {
      await closing.disposeAsync();
    },
  };

  /**
   * The database runs on this thread and answers at once, so that transactions that wait for each other would follow
   * without a turn of the event loop: timers, sockets and health checks stood still for 45 seconds.
   */
  async function breathe(): Promise<void> {
    const pauseMs = Math.min(busyMs / PAUSE_SHARE, MAX_PAUSE_MS);
    if (pauseMs < 1) await nextTurn();
    else await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }

  /** What a server does in the background. It comes after a commit, which stands whatever happens here. */
  async function upkeepIfDue(): Promise<void> {
    if (copiedBytes >= vacuumAtBytes) {
      vacuumAtBytes = Math.min(vacuumAtBytes * 2, CHECKPOINT_EVERY_BYTES);
      await upkeep("VACUUM (ANALYZE)");
    }
    if (copiedBytes >= CHECKPOINT_EVERY_BYTES) {
      copiedBytes = 0;
      await upkeep("CHECKPOINT");
    }
  }

  async function upkeep(statement: string): Promise<void> {
    try {
      await pglite.query(statement);
    } catch (error) {
      // Tried again when as much has come in once more.
      options.log.warn("Upkeep of the embedded store failed", { component: "store", statement, error });
    }
  }

  return database;
}

async function openFolder(
  folder: string,
  options: DatabaseOptions,
  opened: AsyncDisposableStack,
): Promise<PGlite> {
  await makeFolder(folder);
  opened.use(await lockFolder(folder));
  const data = `${folder}/database`;
  if (!await exists(`${data}/PG_VERSION`)) {
    options.log.info("Creating the embedded store", { component: "store", folder });
    await initialise(folder, data);
  }
  return await create({ fs: new SyncedNodeFs(data) });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new StoreError(`Cannot make the folder "${folder}" of the embedded store: ${messageOf(error)}`, {
      code: "ERR_STORE_URL",
      hint: "database.url (TRACING_DATABASE_URL) must name a folder that this user may write to",
      cause: error,
    });
  }
}

/** Made beside its place and moved there when complete, so that a kill half-way leaves no half a database. */
async function initialise(folder: string, data: string): Promise<void> {
  const draft = `${folder}/database.new`;
  if (await exists(draft)) await Deno.remove(draft, { recursive: true });
  await Deno.mkdir(draft);
  await (await create({ fs: new SyncedNodeFs(draft) })).close();
  await syncTree(draft);
  await Deno.rename(draft, data);
  await syncTree(folder, { recursive: false });
}

async function create(place: { fs?: SyncedNodeFs }): Promise<PGlite> {
  try {
    return await PGlite.create({
      ...place,
      parsers: PARSERS,
      startParams: START_PARAMS,
      relaxedDurability: false,
    });
  } catch (error) {
    throw toStoreError(error, "open embedded store");
  }
}

function queries(pglite: Pick<PGlite, "query">): Queryable {
  return {
    async query<Row>(text: string, params: readonly SqlValue[] = []): Promise<Row[]> {
      try {
        return (await pglite.query<Row>(text, [...params])).rows;
      } catch (error) {
        throw toStoreError(error, "query database");
      }
    },
  };
}

function transactionOn(tx: PgliteTransaction, onCopied: (bytes: number) => void): Transaction {
  return {
    ...queries(tx),
    async script(text) {
      try {
        await tx.exec(text);
      } catch (error) {
        throw toStoreError(error, "run statements");
      }
    },
    async copyIn(target, text) {
      const blob = new Blob([text]);
      try {
        await tx.query(`COPY ${target} FROM '/dev/blob'`, [], { blob });
      } catch (error) {
        throw toStoreError(error, `copy into ${target.split(" ", 1)[0]}`);
      }
      onCopied(blob.size);
    },
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
