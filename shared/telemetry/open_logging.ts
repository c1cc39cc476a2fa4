import { configureSync, getLogger, type LogRecord, resetSync } from "@logtape/logtape";
import { formatJsonLine, formatTextLine } from "./format.ts";
import { type ByteTarget, createLineWriter } from "./line_writer.ts";
import type { LogFields, Logger, LogLevel } from "./logger.ts";

/** How a program logs. */
export interface LoggingOptions {
  /** The mildest level that is written. */
  readonly level: LogLevel;
  readonly format: "json" | "text";
  readonly target: "stdout" | "stderr";
  /** Takes the place of the standard stream, for tests. */
  readonly writeTo?: ByteTarget;
}

/** The open log of a process; disposing it writes what is queued and detaches it. */
export interface Logging extends AsyncDisposable {
  readonly logger: Logger;
}

// LogTape is global to the process; everything of ours hangs below one category.
const CATEGORY = "reflow";

/**
 * Opens the log of the process, once at a time: LogTape throws its `ConfigError` for a second one.
 * Lines are written without waiting; see `createLineWriter()` for what a slow reader causes.
 */
export function openLogging(options: LoggingOptions): Logging {
  const format = options.format === "json" ? formatJsonLine : formatTextLine;
  const target = options.writeTo ?? (options.target === "stdout" ? Deno.stdout : Deno.stderr);
  const writer = createLineWriter(target, {
    describeDropped: (count) =>
      format({
        unixMs: Date.now(),
        level: "warn",
        msg: "Log lines dropped: the reader of the log is too slow",
        fields: { component: "log", count },
      }),
  });
  const sink = (record: LogRecord) => {
    const level = levelOf(record);
    const msg = typeof record.rawMessage === "string" ? record.rawMessage : record.rawMessage.join("");
    writer.writeLine(format({ unixMs: record.timestamp, level, msg, fields: record.properties }));
  };
  configureSync({
    sinks: { lines: sink },
    loggers: [
      {
        category: [CATEGORY],
        sinks: ["lines"],
        lowestLevel: options.level === "warn" ? "warning" : options.level,
      },
      // Otherwise LogTape announces itself on the console.
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "error" },
    ],
  });
  return {
    logger: createLogger({}),
    async [Symbol.asyncDispose]() {
      resetSync();
      await writer[Symbol.asyncDispose]();
    },
  };
}

function createLogger(context: LogFields): Logger {
  const log = getLogger([CATEGORY]).with(context);
  return {
    debug: (msg, fields = {}) => log.debug(msg, { ...fields }),
    info: (msg, fields = {}) => log.info(msg, { ...fields }),
    warn: (msg, fields = {}) => log.warn(msg, { ...fields }),
    error: (msg, fields = {}) => log.error(msg, { ...fields }),
    child: (fields) => createLogger({ ...context, ...fields }),
  };
}

function levelOf(record: LogRecord): LogLevel {
  switch (record.level) {
    case "trace":
    case "debug":
      return "debug";
    case "info":
      return "info";
    case "warning":
      return "warn";
    case "error":
    case "fatal":
      return "error";
  }
}
