import { AppError } from "../errors/mod.ts";

/**
 * `ERR_BLOCK_DAMAGED` a block's bytes contradict each other · `ERR_BLOCK_VERSION` written by a newer version ·
 * `ERR_BLOCK_ORDER` the blocks of one batch do not follow each other.
 */
export type RecordErrorCode = "ERR_BLOCK_DAMAGED" | "ERR_BLOCK_VERSION" | "ERR_BLOCK_ORDER";

/** Bytes that are not what this format says they should be. */
export class RecordError extends AppError<RecordErrorCode> {}
