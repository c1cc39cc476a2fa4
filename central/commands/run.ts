import { serviceCommand } from "@reflow/shared/cli";
import { centralSpec } from "../options.ts";
import { runCentral } from "../pipeline.ts";

/** `run`: stores, answers and streams until SIGTERM or SIGINT. */
export const runCommand = serviceCommand(centralSpec, (config) => config.logging, {
  summary:
    "Store what collectors send and answer queries; applies migrations first; stops on SIGTERM or SIGINT",
  examples: [
    ["reflow-central run", "listen on 127.0.0.1:8090, embedded store in ./reflow-data"],
    ["reflow-central run --config /etc/reflow/central.toml", "with a file"],
    ["TRACING_DATABASE_URL=postgresql://user:pass@db/tracing reflow-central run", "on PostgreSQL"],
  ],
  run: runCentral,
});
