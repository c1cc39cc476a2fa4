import { runMain } from "@reflow/shared/cli";
import { runCommand } from "./commands/run.ts";
import { collectorSpec } from "./options.ts";

if (import.meta.main) {
  await runMain({
    spec: collectorSpec,
    summary: "Keeps the trace events of Reflow programs on disk and delivers them to reflow-central",
  }, () => [runCommand]);
}
