/**
 * What the program says about itself: log lines, metrics, its version.
 */
export { LOG_LEVELS, type LogFields, type Logger, type LogLevel, nullLogger } from "./logger.ts";
