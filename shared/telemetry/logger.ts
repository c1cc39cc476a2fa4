/** Values that go with a message; a value may be anything, an `Error` included. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The smallest logger that our code takes as a parameter. */
export interface Logger {
  /** For whoever debugs the program. */
  debug(msg: string, fields?: LogFields): void;
  /** Something happened that an operator wants to find later. */
  info(msg: string, fields?: LogFields): void;
  /** Something is wrong and handled; it may need attention. */
  warn(msg: string, fields?: LogFields): void;
  /** Something failed and an operator must act. */
  error(msg: string, fields?: LogFields): void;
  /** A logger whose lines all carry `fields`; the field `component` names the part of the program. */
  child(fields: LogFields): Logger;
}

/** Severities, mildest first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** Severity of a line. */
export type LogLevel = typeof LOG_LEVELS[number];

/** A logger that forgets everything. */
export const nullLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => nullLogger,
};
