import { AppError } from "@reflow/shared/errors";

/**
 * `ERR_SPOOL_LOCKED` another process holds the folder · `ERR_SPOOL_VERSION` its blocks are newer than this program ·
 * `ERR_SPOOL_OPEN` the folder cannot be used · `ERR_SPOOL_OVERLOADED` more waits for the disk than memory may hold ·
 * `ERR_SPOOL_FULL` the disk limit is reached · `ERR_SPOOL_WRITE` the disk refused · `ERR_SPOOL_READ` a segment cannot
 * be read now · `ERR_SPOOL_CLOSED` appended after the end.
 */
export type SpoolErrorCode =
  | "ERR_SPOOL_LOCKED"
  | "ERR_SPOOL_VERSION"
  | "ERR_SPOOL_OPEN"
  | "ERR_SPOOL_OVERLOADED"
  | "ERR_SPOOL_FULL"
  | "ERR_SPOOL_WRITE"
  | "ERR_SPOOL_READ"
  | "ERR_SPOOL_CLOSED";

/** What the durable queue could not do. */
export class SpoolError extends AppError<SpoolErrorCode> {}
