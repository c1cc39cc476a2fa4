import { AppError, BugError } from "@reflow/shared/errors";
import { StoreError, type StoreErrorCode } from "./store_error.ts";

const RETRYABLE: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  "ERR_STORE_UNAVAILABLE",
  "ERR_STORE_TIMEOUT",
  "ERR_STORE_CONFLICT",
]);

/** Single states (appendix A of PostgreSQL's manual) that differ from their class. */
const CODE_OF_STATE: ReadonlyMap<string, StoreErrorCode> = new Map([
  ["25006", "ERR_STORE_UNAVAILABLE"], // read only: a standby that is about to be promoted, or a failover
  ["40001", "ERR_STORE_CONFLICT"], // serialization failure
  ["40P01", "ERR_STORE_CONFLICT"], // deadlock
  ["55P03", "ERR_STORE_CONFLICT"], // lock not available in time
  ["57014", "ERR_STORE_TIMEOUT"], // cancelled, which nobody but the statement timeout does
]);

const CODE_OF_CLASS: ReadonlyMap<string, StoreErrorCode> = new Map([
  ["08", "ERR_STORE_UNAVAILABLE"], // connection
  ["22", "ERR_STORE_DATA"], // data exception
  ["23", "ERR_STORE_DATA"], // integrity constraint
  ["28", "ERR_STORE_URL"], // who we say we are
  ["3D", "ERR_STORE_URL"], // which database we want
  ["53", "ERR_STORE_UNAVAILABLE"], // disk, memory or connections used up
  ["54", "ERR_STORE_DATA"], // a value is larger than some limit of the server
  ["57", "ERR_STORE_UNAVAILABLE"], // shutdown, crash, starting up
  ["58", "ERR_STORE_UNAVAILABLE"], // the server's own disk failed
]);

/** The code for an SQLSTATE. */
export function codeOfState(sqlState: string): StoreErrorCode {
  return CODE_OF_STATE.get(sqlState) ?? CODE_OF_CLASS.get(sqlState.slice(0, 2)) ?? "ERR_STORE_QUERY";
}

/**
 * Turns whatever a driver threw into a {@linkcode StoreError}. Our own errors, bugs and reasons of an abort pass
 * unchanged. What carries no SQLSTATE came from the connection.
 *
 * @param doing what was tried, as in `Cannot <doing>: …`.
 */
export function toStoreError(thrown: unknown, doing: string): unknown {
  if (thrown instanceof AppError || thrown instanceof BugError || thrown instanceof DOMException) {
    return thrown;
  }
  const message = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  const state = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const code = SQL_STATE.test(state) ? codeOfState(state) : "ERR_STORE_UNAVAILABLE";
  const shown = message === "" ? state : message;
  return new StoreError(`Cannot ${doing}: ${shown}`, { code, retryable: RETRYABLE.has(code), cause: thrown });
}

/** The classes of appendix A. Five capitals alone will not do: a socket that breaks says "EPIPE". */
const SQL_STATE = /^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
