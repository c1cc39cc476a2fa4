import { loadFor, type ProgramCommand } from "@reflow/shared/cli";
import { signalsToAbort } from "@reflow/shared/lifecycle";
import { openLogging } from "@reflow/shared/telemetry";
import { centralSpec } from "../options.ts";
import { runCentral } from "../pipeline.ts";

/** `run`: stores, answers and streams until SIGTERM or SIGINT. */
export const runCommand: ProgramCommand = {
  name: "run",
  summary:
    "Store what collectors send and answer queries; applies migrations first; stops on SIGTERM or SIGINT",
  takesConfig: true,
  examples: [
    ["reflow-central run", "listen on 127.0.0.1:8090, embedded store in ./reflow-data"],
    ["reflow-central run --config /etc/reflow/central.toml", "with a file"],
    ["TRACING_DATABASE_URL=postgresql://user:pass@db/tracing reflow-central run", "on PostgreSQL"],
  ],
  async run(input) {
    const { config, warnings } = await loadFor(centralSpec, input);
    await using logging = openLogging(config.logging);
    for (const warning of warnings) logging.logger.warn(warning);
    using stop = signalsToAbort(["SIGTERM", "SIGINT"]);
    try {
      await runCentral(config, logging.logger, stop.signal);
      return 0;
    } catch (error) {
      logging.logger.error("Central stops", { error });
      return 1;
    }
  },
};
