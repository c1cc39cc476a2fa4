/** What every error that the product raises on purpose carries. */
export interface AppErrorOptions<Code extends string> {
  /** Stable, machine-readable; never changes once released. */
  readonly code: Code;
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  /** What the operator should look at or run next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * Base of all expected errors. One subclass per area narrows `code` to a literal union.
 *
 * Messages read "Cannot <verb> <object>: <current state>", with values quoted and without a full stop.
 */
export class AppError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly retryable: boolean;
  readonly hint: string | undefined;

  constructor(message: string, options: AppErrorOptions<Code>) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.hint = options.hint;
  }
}
