import assert from "node:assert/strict";
import plugin from "./lint_plugin.ts";

const ROOT = new URL("../", import.meta.url).pathname;

function problems(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `${ROOT}${file}`, source).map(({ message }) => message);
}

Deno.test.each([
  ["shared/record/block.ts", "@reflow/shared/errors"],
  ["shared/record/block.ts", "../errors/mod.ts"],
  ["shared/record/block.ts", "./record.ts"],
  ["shared/telemetry/version.ts", "../deno.json"],
  ["collector/ship/send.ts", "../spool/mod.ts"],
  ["collector/receive/connection.ts", "../spool/mod.ts"],
  ["collector/receive/connection.ts", "@reflow/shared/session"],
  ["collector/receive/connection.ts", "npm:hono"],
  ["collector/commands/run.ts", "../pipeline.ts"],
  ["collector/status/health.ts", "../ship/mod.ts"],
  ["collector/pipeline.ts", "./ship/mod.ts"],
  ["collector/main.ts", "./commands/run.ts"],
  ["central/store/migrations/list.ts", "../database.ts"],
  ["central/ingest/plan.ts", "../store/mod.ts"],
  ["central/query/plan_test.ts", "../ingest/mod.ts"],
  ["central/query/plan_test.ts", "../store/database.ts"],
  ["collector/ship/send_bench.ts", "../receive/frames.ts"],
  ["central/query/plan_test.ts", "@reflow/tests/support/postgres"],
  ["scripts/replay.ts", "./replay/arguments.ts"],
  ["scripts/demo/stack.ts", "../replay/mod.ts"],
  ["scripts/demo/stack.ts", "../terminal.ts"],
  ["tests/end_to_end/kill.ts", "@reflow/collector/spool"],
])("import-direction lets %s import %s", (file, specifier) => {
  assert.deepEqual(problems(file, `import { x } from "${specifier}";`), []);
});

Deno.test.each([
  ["shared/record/block.ts", "@reflow/collector/spool", '"shared" must not import "collector"'],
  ["shared/record/block_test.ts", "@reflow/tests/support", '"shared" must not import "tests"'],
  ["shared/record/block.ts", "../../scripts/terminal.ts", '"shared" must not import "scripts"'],
  ["central/query/list.ts", "@reflow/tests/support/postgres", '"central" must not import "tests"'],
  ["collector/ship/send_test.ts", "@reflow/central/ingest", '"collector" must not import "central"'],
  ["collector/ship/send.ts", "@reflow/central/ingest", '"collector" must not import "central"'],
  ["central/ingest/plan_test.ts", "../../collector/spool/mod.ts", '"central" must not import "collector"'],
  [
    "collector/ship/send.ts",
    "../../shared/errors/mod.ts",
    'Another member is imported by its name: "@reflow/shared/…" instead of "../../shared/errors/mod.ts"',
  ],
  [
    "collector/ship/send.ts",
    "../spool/reader.ts",
    'Another folder is entered through its mod.ts: "spool/mod.ts" instead of "spool/reader.ts"',
  ],
  [
    "collector/pipeline.ts",
    "./spool/reader.ts",
    'Another folder is entered through its mod.ts: "spool/mod.ts" instead of "spool/reader.ts"',
  ],
  [
    "scripts/demo/stack.ts",
    "../replay/raw_client.ts",
    'Another folder is entered through its mod.ts: "replay/mod.ts" instead of "replay/raw_client.ts"',
  ],
  ["collector/ship/send.ts", "../pipeline.ts", 'Only "commands" imports a file at the root of "collector"'],
  ["collector/spool/writer.ts", "../ship/mod.ts", '"spool" must not import "ship" in "collector"'],
  ["collector/receive/door.ts", "../ship/mod.ts", '"receive" must not import "ship" in "collector"'],
  ["collector/ship/send.ts", "../receive/mod.ts", '"ship" must not import "receive" in "collector"'],
  ["central/store/rows.ts", "../query/mod.ts", '"store" must not import "query" in "central"'],
  ["central/query/list.ts", "../ingest/mod.ts", '"query" must not import "ingest" in "central"'],
  [
    "central/novel/list.ts",
    "../store/mod.ts",
    'Folder "novel" of "central" is not listed in scripts/lint_plugin.ts',
  ],
])("import-direction stops %s from importing %s", (file, specifier, message) => {
  assert.deepEqual(problems(file, `import { x } from "${specifier}";`), [message]);
});

Deno.test.each([
  'export { x } from "../ship/mod.ts";',
  'export type { X } from "../ship/mod.ts";',
  'const ship = await import("../ship/mod.ts");',
  'type X = import("../ship/mod.ts").X;',
])("import-direction also sees %s", (source) => {
  assert.deepEqual(problems("collector/spool/writer.ts", source), [
    '"spool" must not import "ship" in "collector"',
  ]);
});

Deno.test("import-direction refuses export *", () => {
  assert.deepEqual(problems("shared/errors/mod.ts", 'export * from "./app_error.ts";'), [
    "Names are re-exported one by one, not by export *",
  ]);
});

Deno.test("import-direction leaves files outside the workspace's members alone", () => {
  assert.deepEqual(problems("../elsewhere/a.ts", 'import { x } from "@reflow/central/store";'), []);
});
