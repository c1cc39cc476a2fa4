import { checkConfigCommand, runProgram, versionCommand } from "@reflow/shared/cli";
import { runCommand } from "./commands/run.ts";
import { collectorSpec } from "./options.ts";

const print = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));

if (import.meta.main) {
  const exitCode = await runProgram(
    {
      spec: collectorSpec,
      summary: "Keeps the trace events of Reflow programs on disk and delivers them to reflow-central",
      commands: [
        runCommand,
        checkConfigCommand(collectorSpec, print),
        versionCommand(collectorSpec.name, print),
      ],
    },
    Deno.args,
    Deno.env.toObject(),
  );
  // Everything is flushed and closed. A client that does not close its half of a socket would keep the runtime alive.
  Deno.exit(exitCode);
}
