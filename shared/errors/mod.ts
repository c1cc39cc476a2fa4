/**
 * The three failure families: the caller's and the environment's are {@linkcode AppError}s with a code;
 * ours are {@linkcode BugError}s, raised by `invariant` and `unreachable`, and stop the process.
 */
export { AppError, type AppErrorOptions } from "./app_error.ts";
export { BugError, invariant, unreachable } from "./invariant.ts";
export { messageOf } from "./message_of.ts";
