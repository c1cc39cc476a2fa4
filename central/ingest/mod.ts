/**
 * Records in: batches of collectors over HTTP, and the records of this process itself.
 *
 * N1 A stream's watermark moves in the transaction that stores the records below it. What lies below is never stored
 *    again, so that whoever doubts sends again.
 * N2 accepted = stored + dead letters + dropped = watermark, for every stream and at every moment.
 * N3 A record that cannot be understood, or that the database refuses, costs itself: it becomes a dead letter with its
 *    reason. Damage of a whole block refuses the batch, because it happened on the way.
 * N4 Texts are stored as they were sent; columns to search by are cleaned.
 * N5 Rows of traces are locked in the order of their ids, so that streams do not block each other in a circle.
 * N6 What batches unpack to at the same time is bounded; the others wait their turn, and too many are sent away with
 *    503.
 *
 * Layout: `decode_batch` and `read_record` make values of bytes, `plan` folds them into what changes, all pure;
 * `apply_plan` and `stream_row` write it; `ingest` is the transaction around them.
 *
 * Failure: StoreErrors are passed on; when they are retryable, the same batch may come again.
 */
export {
  createIngest,
  type Ingest,
  type IngestDeps,
  type IngestOptions,
  type IngestResult,
  type NewEvent,
  type OwnLines,
  type StoredCounts,
} from "./ingest.ts";
export { IngestError, type IngestErrorCode } from "./ingest_error.ts";
export { closeLostStreams, heartbeat } from "./lost_streams.ts";
export {
  createRecordWriter,
  type RecordWriterDeps,
  type RecordWriterOptions,
  type RecordWriterStats,
  type StoreRecordWriter,
} from "./record_writer.ts";
export { ingestRoutes, type IngestRoutesOptions } from "./routes.ts";
