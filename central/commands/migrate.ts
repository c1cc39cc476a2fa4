import { loadFor, type ProgramCommand } from "@reflow/shared/cli";
import { openLogging } from "@reflow/shared/telemetry";
import { centralSpec } from "../options.ts";
import { migrate, openDatabase } from "../store/mod.ts";

/** `migrate`: brings the database to this version's schema and stops. */
export function migrateCommand(print: (text: string) => void): ProgramCommand {
  return {
    name: "migrate",
    summary: "Apply the migrations that the database lacks, and stop",
    takesConfig: true,
    examples: [
      ["reflow-central migrate", "the embedded store in ./reflow-data"],
      ["TRACING_DATABASE_URL=postgresql://user:pass@db/tracing reflow-central migrate", "PostgreSQL"],
    ],
    async run(input) {
      const { config } = await loadFor(centralSpec, input);
      await using logging = openLogging(config.logging);
      await using db = await openDatabase(config.database.url, {
        maxConnections: 1,
        connectTimeoutMs: config.database.connection_timeout,
        // A migration may have to rewrite a large table; whoever runs this command waits for it.
        statementTimeoutMs: 0,
        log: logging.logger,
      });
      const { applied } = await migrate(db, logging.logger);
      for (const name of applied) print(`applied ${name}\n`);
      if (applied.length === 0) print("nothing to apply\n");
      return 0;
    },
  };
}
