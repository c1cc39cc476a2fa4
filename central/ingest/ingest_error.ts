import { AppError } from "@reflow/shared/errors";

/**
 * `ERR_BATCH_MALFORMED` the bytes are not whole blocks that follow each other; sending them again will not help ·
 * `ERR_BATCH_TOO_LARGE` more than a batch may be; smaller ones are welcome ·
 * `ERR_INGEST_BUSY` too many batches wait for their turn; this one is welcome later ·
 * `ERR_WRITER_OVERLOADED` more is waiting to be stored than may · `ERR_WRITER_CLOSED` the writer is stopping.
 */
export type IngestErrorCode =
  | "ERR_BATCH_MALFORMED"
  | "ERR_BATCH_TOO_LARGE"
  | "ERR_INGEST_BUSY"
  | "ERR_WRITER_OVERLOADED"
  | "ERR_WRITER_CLOSED";

/** What was sent cannot be taken. */
export class IngestError extends AppError<IngestErrorCode> {}
