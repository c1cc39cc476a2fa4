import { AppError } from "@reflow/shared/errors";

/**
 * `ERR_STORE_UNAVAILABLE` no connection, shutting down, out of connections or disk, or read only ·
 * `ERR_STORE_TIMEOUT` a statement took longer than it may · `ERR_STORE_CONFLICT` two transactions stood in each
 * other's way · `ERR_STORE_DATA` the values themselves are refused, and always will be · `ERR_STORE_QUERY` the
 * statement is wrong or not permitted · `ERR_STORE_URL` the address is none, or the database behind it cannot be
 * used · `ERR_STORE_MIGRATION` the schema is not one that this program can bring up to date ·
 * `ERR_STORE_LOCKED` another process has the folder of the embedded store.
 *
 * The first three are retryable.
 */
export type StoreErrorCode =
  | "ERR_STORE_UNAVAILABLE"
  | "ERR_STORE_TIMEOUT"
  | "ERR_STORE_CONFLICT"
  | "ERR_STORE_DATA"
  | "ERR_STORE_QUERY"
  | "ERR_STORE_URL"
  | "ERR_STORE_MIGRATION"
  | "ERR_STORE_LOCKED";

/** What the database could not do. */
export class StoreError extends AppError<StoreErrorCode> {}
