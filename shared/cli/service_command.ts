import type { ConfigOf, ConfigSpec } from "../config/mod.ts";
import { signalsToAbort } from "../lifecycle/mod.ts";
import { type Logger, openLogging } from "../telemetry/mod.ts";
import { loadFor } from "./config_commands.ts";
import type { LoggingConfig } from "./logging_fields.ts";
import type { ProgramCommand } from "./program.ts";

/** What `run` of a program does between its configuration and its end. */
export interface Service<Spec extends ConfigSpec> {
  readonly summary: string;
  readonly examples: ProgramCommand["examples"];
  /** Returns when the signal has aborted and everything is in order; rejects when it cannot go on. */
  readonly run: (config: ConfigOf<Spec>, log: Logger, signal: AbortSignal) => Promise<void>;
}

/**
 * `run`: loads the configuration, opens the log, and runs the service until SIGTERM or SIGINT. Exit code 0 after an
 * orderly stop, 1 with an error in the log otherwise.
 */
export function serviceCommand<Spec extends ConfigSpec>(
  spec: Spec,
  loggingOf: (config: ConfigOf<Spec>) => LoggingConfig,
  service: Service<Spec>,
): ProgramCommand {
  return {
    name: "run",
    summary: service.summary,
    takesConfig: true,
    examples: service.examples,
    async run(input) {
      const { config, warnings } = await loadFor(spec, input);
      await using logging = openLogging(loggingOf(config));
      for (const warning of warnings) logging.logger.warn(warning);
      using stop = signalsToAbort(["SIGTERM", "SIGINT"]);
      try {
        await service.run(config, logging.logger, stop.signal);
        return 0;
      } catch (error) {
        logging.logger.error(`${spec.name} stops`, { error });
        return 1;
      }
    },
  };
}
