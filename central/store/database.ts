import type { Logger } from "@reflow/shared/telemetry";
import { parseDatabaseUrl } from "./database_url.ts";
import { openPglite } from "./pglite_database.ts";
import { openPostgres } from "./postgres_database.ts";

/** What may stand for a `$n`. Types come from the statement; write `$1::text::jsonb` for JSON. */
export type SqlValue = string | number | boolean | null | readonly (string | number)[];

/** Something that answers statements; see `mod.ts` for how values come back. */
export interface Queryable {
  /**
   * Runs one statement.
   *
   * @typeParam Row what the caller knows the statement to give.
   * @throws StoreError.
   */
  query<Row>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
}

/** One transaction: committed when the function that got it returns, rolled back when it throws. */
export interface Transaction extends Queryable {
  /**
   * Appends rows.
   *
   * @param target `schema.table (columns)`.
   * @param text rows in COPY's text format, as `encodeCopyRow` writes them.
   * @throws StoreError.
   */
  copyIn(target: string, text: string): Promise<void>;
  /** Runs several statements without parameters. */
  script(sql: string): Promise<void>;
}

/** A database, whichever it is. */
export interface Database extends Queryable, AsyncDisposable {
  readonly kind: "postgres" | "pglite";
  /** Folder that the data is in, when it is in this process. */
  readonly folder: string | undefined;
  /**
   * Runs `work` in a transaction. What `work` throws is thrown on. When `COMMIT` itself fails for want of a
   * connection, nobody knows whether it happened: repeat only what can be repeated.
   *
   * @throws StoreError.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** How to open a database. */
export interface DatabaseOptions {
  /** Connections to a server at most; the embedded store has one. */
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** For one statement, 0 for no limit; the embedded store never has one. */
  readonly statementTimeoutMs: number;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/**
 * Opens the database at an address of the forms that {@linkcode parseDatabaseUrl} reads, and asks it something.
 * Disposing waits for what is running.
 *
 * @throws StoreError `ERR_STORE_URL`, `ERR_STORE_UNAVAILABLE`, `ERR_STORE_LOCKED`.
 */
export async function openDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  const address = parseDatabaseUrl(url);
  options.signal?.throwIfAborted();
  switch (address.kind) {
    case "postgres":
      return await openPostgres(address.url, options);
    case "pglite":
      return await openPglite(address.folder, options);
    case "memory":
      return await openPglite(undefined, options);
  }
}
