import { field } from "../config/mod.ts";
import { LOG_LEVELS, type LoggingOptions } from "../telemetry/mod.ts";

/** The section `[logging]`, the same in every program. */
export const loggingFields = {
  level: field.choice({ values: LOG_LEVELS, default: "info", help: "Mildest lines that are written" }),
  format: field.choice({
    values: ["json", "text"],
    default: "json",
    help: "One JSON object per line, or text for people",
  }),
  target: field.choice({ values: ["stdout", "stderr"], default: "stderr", help: "Where lines go" }),
} as const;

/** What the section comes to. */
export type LoggingConfig = Pick<LoggingOptions, "level" | "format" | "target">;
