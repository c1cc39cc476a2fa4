import { AppError } from "@reflow/shared/errors";

/**
 * `ERR_REPLAY_RECORDING` the file is no recording · `ERR_REPLAY_OPTIONS` an option or the url cannot be used ·
 * `ERR_REPLAY_CONNECT` no connection, or the server refused the handshake · `ERR_REPLAY_LOST` the connection ended
 * before the recording did · `ERR_REPLAY_PROTOCOL` the server broke RFC 6455.
 */
export type ReplayErrorCode =
  | "ERR_REPLAY_RECORDING"
  | "ERR_REPLAY_OPTIONS"
  | "ERR_REPLAY_CONNECT"
  | "ERR_REPLAY_LOST"
  | "ERR_REPLAY_PROTOCOL";

/** What can go wrong while a recording is read or played. */
export class ReplayError extends AppError<ReplayErrorCode> {}
