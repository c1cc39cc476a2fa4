import { AppError } from "@reflow/shared/errors";

/**
 * `ERR_COMPILE_OPTIONS` an argument cannot be used · `ERR_COMPILE_RUNTIME` the runtime for compiled programs is not
 * there and cannot be downloaded · `ERR_COMPILE_FAILED` the compiler or the compiled program failed.
 */
export type CompileErrorCode = "ERR_COMPILE_OPTIONS" | "ERR_COMPILE_RUNTIME" | "ERR_COMPILE_FAILED";

/** What can go wrong while programs are compiled. */
export class CompileError extends AppError<CompileErrorCode> {}
