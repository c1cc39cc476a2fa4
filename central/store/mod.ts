/**
 * The database: one small interface over a PostgreSQL server and over PGlite in this process, and the schema in it.
 *
 * S1 The same SQL runs on both. `query` takes `$1`, `$2`, …; values are text, numbers, booleans, NULL or lists of text.
 * S2 Values come back alike from both: `int2/4`, `float4/8` as number, `bool` as boolean, arrays as arrays, and as
 *    the server's text everything else that JavaScript would change: `int8`, `numeric`, times, dates, JSON.
 *    Sessions have TimeZone UTC and DateStyle ISO; ask for times with `to_char` or `extract(epoch …)::text` to be sure.
 * S3 What a driver throws becomes a StoreError; what the caller's function throws inside a transaction stays as it is.
 * S4 Commits are durable when `transaction` returns: the server's affair, and in a folder `fsync` of the log (PGlite
 *    alone has none).
 * S5 A folder is open in one process at a time.
 * S6 Migrations go forward, each in its own transaction, under a lock; see `migrate.ts`.
 *
 * Tables stand in `migrations/`. Events are partitioned by month; `create_monthly_partitions` and
 * `drop_old_partitions` keep the months. Migration 2 appends `tracing` to the database's search_path (to the role's,
 * when we do not own the database), so that operators may leave the schema out; our own SQL always names it.
 *
 * Failure: a lost connection fails its statement and is replaced; nothing here repeats a statement by itself. PGlite
 * runs on this thread, one statement at a time, without a time limit.
 */
export { type CopyValue, encodeCopyRow } from "./copy_text.ts";
export {
  columnText,
  MAX_ERROR_CHARS,
  MAX_NAME_CHARS,
  type TimeColumns,
  timeColumns,
  timeText,
} from "./column_text.ts";
export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type Queryable,
  type SqlValue,
  type Transaction,
} from "./database.ts";
export { migrate, type MigrationReport } from "./migrate.ts";
export { ensurePartitions } from "./partitions.ts";
export { StoreError, type StoreErrorCode } from "./store_error.ts";
