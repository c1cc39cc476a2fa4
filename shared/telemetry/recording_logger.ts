import type { LogFields, Logger, LogLevel } from "./logger.ts";

/** One call of a recording logger, with the fields of its ancestors. */
export interface RecordedLine {
  readonly level: LogLevel;
  readonly msg: string;
  readonly fields: LogFields;
}

/** A logger for tests that keeps what it was told. */
export interface RecordingLogger extends Logger {
  /** Lines of this logger and of all its children, oldest first. */
  readonly lines: readonly RecordedLine[];
}

/** Makes a logger that keeps every line in memory. */
export function recordingLogger(): RecordingLogger {
  const lines: RecordedLine[] = [];
  return { ...recorder(lines, {}), lines };
}

function recorder(lines: RecordedLine[], context: LogFields): Logger {
  const record = (level: LogLevel) => (msg: string, fields: LogFields = {}) => {
    lines.push({ level, msg, fields: { ...context, ...fields } });
  };
  return {
    debug: record("debug"),
    info: record("info"),
    warn: record("warn"),
    error: record("error"),
    child: (fields) => recorder(lines, { ...context, ...fields }),
  };
}
