import { loadFor, type ProgramCommand } from "@reflow/shared/cli";
import { signalsToAbort } from "@reflow/shared/lifecycle";
import { openLogging } from "@reflow/shared/telemetry";
import { collectorSpec } from "../options.ts";
import { runCollector } from "../pipeline.ts";

/** `run`: receives, keeps and delivers until SIGTERM or SIGINT. */
export const runCommand: ProgramCommand = {
  name: "run",
  summary: "Receive events, keep them on disk, deliver them to central; stops on SIGTERM or SIGINT",
  takesConfig: true,
  examples: [
    ["reflow-collector run", "listen on 127.0.0.1:8080, spool in ./reflow-spool"],
    ["reflow-collector run --config /etc/reflow/collector.toml", "with a file"],
    ["reflow-collector run --forward.url https://tracing.example.com", "name central on the command line"],
    ["REFLOW_COLLECTOR_BIND_ADDRESS=127.0.0.1:0 reflow-collector run", "on a free port, named in the log"],
  ],
  async run(input) {
    const { config, warnings } = await loadFor(collectorSpec, input);
    await using logging = openLogging(config.logging);
    for (const warning of warnings) logging.logger.warn(warning);
    using stop = signalsToAbort(["SIGTERM", "SIGINT"]);
    try {
      await runCollector(config, logging.logger, stop.signal);
      return 0;
    } catch (error) {
      logging.logger.error("The collector stops", { error });
      return 1;
    }
  },
};
