/**
 * The durable queue between receiving and shipping: records in, blocks on disk, batches out.
 *
 * I1 An append settles as "durable" only after its block and the name of its segment are synced to disk.
 * I2 Accepted appends settle in order; sequences of a stream are gapless, a failed block's sequences are used again.
 * I3 A stream has one writer: the run that made it. Later runs read it, and add the one record that ends it.
 * I4 Only committed bytes are handed out; the cursor never passes what central has acknowledged.
 * I5 Nothing is given up silently: damage becomes a declared gap with a reason, its bytes go to quarantine.
 * I6 Opening reads names and the last segment of each unfinished stream, whatever the backlog.
 * I7 Memory holds at most `maxPendingBytes` of unwritten text, a copy of the blocks that a thread writes, and one
 *    batch per reader; disk at most `maxBytes` (and the blocks under way when it was reached).
 *
 * ```text
 * <folder>/collector.id            this collector's id, made once
 *          spool.lock              held by the process; its pid and start time
 *          quarantine/             bytes of damaged blocks, for people
 *          streams/<stream id>/    one per run
 *            0000000000000000.seg  blocks; the name is the sequence of the first record
 *            cursor                next sequence to send and where it is; not synced
 *            closed                the stream has ended and holds its last record
 * ```
 *
 * A lost `cursor` costs duplicates that central trims, a lost `closed` one more (repeatable) last record.
 *
 * Failure: a refused write fails its block's appends and the next block is tried; a failed sync also abandons the
 * segment, because the system may have thrown the pages away. So does any failure on the thread that commits during a
 * flood; when that thread cannot start or breaks, commits block instead. After a failure the next block also leaves a
 * segment behind of which central has everything, and the reader removes it: so a full disk becomes free again, at
 * the price of one refused block. A torn tail is cut at the next start. What follows a damaged block is found again by
 * its header. Only a lock that is held, blocks of a newer version and a folder that cannot be used stop the program
 * from starting.
 */
export { denoFs } from "./deno_fs.ts";
export type {
  AppendFile,
  CommitJob,
  CommitResult,
  CommitThread,
  FolderEntry,
  LockResult,
  RawBlock,
  ReadFile,
  SpoolFs,
  ThreadFile,
} from "./fs.ts";
export { openSpool, type SpoolDeps } from "./spool.ts";
export { SpoolError, type SpoolErrorCode } from "./spool_error.ts";
export {
  type AppendOutcome,
  type AppendOwner,
  type BatchLimits,
  DEFAULT_SPOOL_OPTIONS,
  type Spool,
  type SpoolBatch,
  type SpoolGap,
  type SpoolHealth,
  type SpoolOptions,
  type SpoolStats,
  type SpoolWriter,
  type StreamReader,
  type StreamStats,
} from "./types.ts";
