// @ts-types="@types/pg"
import pg from "pg";
import { Buffer } from "node:buffer";
import { CopyIn } from "./copy_in.ts";
import type { Database, DatabaseOptions, Queryable, SqlValue, Transaction } from "./database.ts";
import { toStoreError } from "./failure.ts";
import { StoreError } from "./store_error.ts";

/** REINDEX CONCURRENTLY of a partitioned index, which the operator's page uses, came with version 14. */
const OLDEST_VERSION = 14;
/** How much later than the server we give up on a statement: the server's own answer says more. */
const GRACE_MS = 5_000;

const { INT8, NUMERIC, DATE, TIMESTAMP, TIMESTAMPTZ, JSON: JSON_TYPE, JSONB } = pg.types.builtins;
// JavaScript's Date has no microseconds, its number no 2^53 + 1, and JSON.parse loses digits.
const KEPT_AS_TEXT: ReadonlySet<number> = new Set([
  INT8,
  NUMERIC,
  DATE,
  TIMESTAMP,
  TIMESTAMPTZ,
  JSON_TYPE,
  JSONB,
]);
const asText = (value: string) => value;

/** Opens a pool of connections to a server; see {@linkcode Database}. */
export async function openPostgres(url: string, options: DatabaseOptions): Promise<Database> {
  const log = options.log.child({ component: "store" });
  const pool = new pg.Pool({
    connectionString: withLibpqTls(url),
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    application_name: "reflow-central",
    keepAlive: true,
    options: "-c TimeZone=UTC -c DateStyle=ISO",
    types: {
      getTypeParser: (type: number) => KEPT_AS_TEXT.has(type) ? asText : pg.types.getTypeParser(type),
    },
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error) => log.warn("Lost an idle connection to the database", { error }));
  // Neither the pool nor we listen from the moment in which a client is lent out until its promise has settled, and the
  // server's last words can come in the very packet that made it ready. Whoever uses the client then hears it is gone.
  pool.on("connect", (client) => void client.on("error", () => {}));
  const timeoutMs = options.statementTimeoutMs === 0 ? 0 : options.statementTimeoutMs + GRACE_MS;

  const database: Database = {
    kind: "postgres",
    folder: undefined,
    query: <Row>(text: string, params: readonly SqlValue[] = []) =>
      withClient(pool, (client) => queries(client, timeoutMs).query<Row>(text, params)),
    transaction: <T>(work: (tx: Transaction) => Promise<T>) =>
      withClient(pool, (client) => inTransaction(client, timeoutMs, work)),
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
  try {
    await assertUsable(database);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw withAdvice(error, url);
  }
  return database;
}

/** What to look at when a database cannot be opened. Names the server, and never the user or the password. */
function withAdvice(error: unknown, url: string): unknown {
  if (!(error instanceof StoreError) || error.hint !== undefined) return error;
  const { host, pathname } = new URL(url);
  const place = `database.url (TRACING_DATABASE_URL) names server "${host}" and database "${
    pathname.slice(1)
  }"`;
  const advice = error.code === "ERR_STORE_URL"
    ? "check user, password and database, and that pg_hba.conf lets this host in"
    : "check that PostgreSQL runs there and can be reached from this host";
  return new StoreError(error.message, {
    code: error.code,
    retryable: error.retryable,
    hint: `${place}: ${advice}`,
    cause: error.cause,
  });
}

/** `sslmode` as every other PostgreSQL program reads it: `require` encrypts, `verify-full` also checks the server. */
function withLibpqTls(url: string): string {
  if (!/[?&]sslmode=/.test(url) || url.includes("uselibpqcompat=")) return url;
  return `${url}&uselibpqcompat=true`;
}

async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw toStoreError(error, "connect to database");
  }
  let isBroken = false;
  const noteError = () => isBroken = true;
  client.on("error", noteError);
  try {
    return await work(client);
  } catch (error) {
    // Whatever state such a connection is in, a new one is cheaper than finding out.
    if (error instanceof StoreError && error.retryable && error.code !== "ERR_STORE_CONFLICT") {
      isBroken = true;
    }
    throw error;
  } finally {
    client.off("error", noteError);
    client.release(isBroken);
  }
}

async function inTransaction<T>(
  client: pg.PoolClient,
  timeoutMs: number,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const tx = transactionOn(client, timeoutMs);
  await tx.query("BEGIN");
  try {
    const result = await work(tx);
    await tx.query("COMMIT");
    return result;
  } catch (error) {
    await rollBack(tx, error);
    throw error;
  }
}

async function rollBack(tx: Transaction, cause: unknown): Promise<void> {
  try {
    await tx.query("ROLLBACK");
  } catch (error) {
    // The server rolls back by itself when the connection goes; the first error says why it did.
    if (!(cause instanceof StoreError)) throw error;
  }
}

function queries(client: pg.PoolClient, timeoutMs: number): Queryable {
  return {
    async query<Row>(text: string, params: readonly SqlValue[] = []): Promise<Row[]> {
      const doing = "query database";
      try {
        const running = client.query<Row & pg.QueryResultRow>(text, params.map(literal));
        return (await within(timeoutMs, running)).rows;
      } catch (error) {
        throw toStoreError(error, doing);
      }
    },
  };
}

function transactionOn(client: pg.PoolClient, timeoutMs: number): Transaction {
  return {
    ...queries(client, timeoutMs),
    async script(text) {
      try {
        // Migrations set their own limits.
        await client.query(text);
      } catch (error) {
        throw toStoreError(error, "run statements");
      }
    },
    async copyIn(target, text) {
      const copy = new CopyIn(`COPY ${target} FROM STDIN`, Buffer.from(text, "utf8"));
      try {
        client.query(copy);
        await within(timeoutMs, copy.done);
      } catch (error) {
        throw toStoreError(error, `copy into ${target.split(" ", 1)[0]}`);
      }
    },
  };
}

/** For a server that is gone without a word: its own statement timeout cannot reach us. 0 waits for ever. */
async function within<T>(timeoutMs: number, running: Promise<T>): Promise<T> {
  if (timeoutMs === 0) return await running;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new StoreError(`Cannot reach database: no answer within ${timeoutMs} ms`, {
        code: "ERR_STORE_TIMEOUT",
        retryable: true,
      }),
    );
  }, timeoutMs);
  try {
    return await Promise.race([running, late.promise]);
  } finally {
    clearTimeout(timer);
    running.catch(() => {});
  }
}

function literal(value: SqlValue): string | number | boolean | null | (string | number)[] {
  return typeof value === "object" && value !== null ? [...value] : value;
}

async function assertUsable(database: Queryable): Promise<void> {
  const [row] = await database.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version,
            current_setting('server_encoding') AS encoding`,
  );
  if (row === undefined || row.version < OLDEST_VERSION) {
    throw new StoreError(
      `Cannot use database: it is PostgreSQL ${row?.version}, expected ${OLDEST_VERSION} or newer`,
      { code: "ERR_STORE_URL" },
    );
  }
  if (row.encoding !== "UTF8") {
    throw new StoreError(`Cannot use database: its encoding is "${row.encoding}", expected "UTF8"`, {
      code: "ERR_STORE_URL",
      hint: "create it with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
    });
  }
}
