/**
 * What a program says about itself: log lines, metrics, its version.
 *
 * Invariants
 * - T1 Logging never throws and never waits: lines queue up to a bound, then they are dropped, counted and reported.
 * - T2 One record is one line: whatever a value holds, controls, format characters and line separators are escaped.
 * - T3 A line is bounded: strings, lists, tables and nesting are cut at fixed sizes.
 * - T4 Code takes a `Logger` as a parameter; only a command opens the log of the process.
 * - T5 Metrics live in a registry that was passed along, never in the global one of prom-client.
 *
 * JSON line: `{"time":"…Z","level":"info","msg":"…","component":"spool","…":…}`; an error in a field is a table of
 * name, message, code, hint, cause. Text line: `time LEVEL component: message name=value …`.
 *
 * Failure: a standard stream that cannot be written is given up; the program goes on.
 */
export { LOG_LEVELS, type LogFields, type Logger, type LogLevel, nullLogger } from "./logger.ts";
export { type Logging, type LoggingOptions, openLogging } from "./open_logging.ts";
export type { ByteTarget } from "./line_writer.ts";
export { type RecordedLine, type RecordingLogger, recordingLogger } from "./recording_logger.ts";
export { everyMs } from "./every_ms.ts";
export { createRegistry, type MetricOptions, type MetricsRegistry } from "./metrics.ts";
export { VERSION } from "./version.ts";
