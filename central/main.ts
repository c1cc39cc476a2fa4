import { checkConfigCommand, runProgram, versionCommand } from "@reflow/shared/cli";
import { migrateCommand } from "./commands/migrate.ts";
import { runCommand } from "./commands/run.ts";
import { centralSpec } from "./options.ts";

const print = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));

if (import.meta.main) {
  const exitCode = await runProgram(
    {
      spec: centralSpec,
      summary: "Stores the traces of Reflow programs and answers queries about them",
      commands: [
        runCommand,
        migrateCommand(print),
        checkConfigCommand(centralSpec, print),
        versionCommand(centralSpec.name, print),
      ],
    },
    Deno.args,
    Deno.env.toObject(),
  );
  // Everything is flushed and closed. A client that does not close its half of a socket would keep the runtime alive.
  Deno.exit(exitCode);
}
