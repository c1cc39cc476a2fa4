/**
 * The command line that both programs share: subcommands, help, configuration flags, exit codes.
 *
 * Exit codes: 0 done · 1 failed · 64 wrong command line · 78 invalid configuration · 130 interrupted twice.
 */
export { type LoadedConfig, loadFor } from "./config_commands.ts";
export type { CommandInput, Program, ProgramCommand } from "./program.ts";
export { type LoggingConfig, loggingFields } from "./logging_fields.ts";
export { runMain } from "./run_main.ts";
export { type Service, serviceCommand } from "./service_command.ts";
