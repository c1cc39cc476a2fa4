import { runMain } from "@reflow/shared/cli";
import { migrateCommand } from "./commands/migrate.ts";
import { runCommand } from "./commands/run.ts";
import { centralSpec } from "./options.ts";

if (import.meta.main) {
  await runMain({
    spec: centralSpec,
    summary: "Stores the traces of Reflow programs and answers queries about them",
  }, (print) => [runCommand, migrateCommand(print)]);
}
