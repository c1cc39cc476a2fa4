import { serviceCommand } from "@reflow/shared/cli";
import { collectorSpec } from "../options.ts";
import { runCollector } from "../pipeline.ts";

/** `run`: receives, keeps and delivers until SIGTERM or SIGINT. */
export const runCommand = serviceCommand(collectorSpec, (config) => config.logging, {
  summary: "Receive events, keep them on disk, deliver them to central; stops on SIGTERM or SIGINT",
  examples: [
    ["reflow-collector run", "listen on 127.0.0.1:8080, spool in ./reflow-spool"],
    ["reflow-collector run --config /etc/reflow/collector.toml", "with a file"],
    ["reflow-collector run --forward.url https://tracing.example.com", "name central on the command line"],
    ["REFLOW_COLLECTOR_BIND_ADDRESS=127.0.0.1:0 reflow-collector run", "on a free port, named in the log"],
  ],
  run: runCollector,
});
