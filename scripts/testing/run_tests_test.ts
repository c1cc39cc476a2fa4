import assert from "node:assert/strict";
import { runTests } from "./run_tests.ts";

async function run(source: string): Promise<{ counts: unknown; lines: string[] }> {
  const directory = await Deno.makeTempDir({ prefix: "reflow-run-tests-" });
  try {
    await Deno.writeTextFile(`${directory}/one_test.ts`, source);
    const lines: string[] = [];
    const counts = await runTests({
      args: ["--quiet", "--no-config", "--no-lock", directory],
      env: { REFLOW_NOTE: "hello" },
      onLine: (line) => lines.push(line),
    });
    return { counts, lines };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("runTests() counts what passed and failed, and passes the environment on", async () => {
  const { counts, lines } = await run(`
    Deno.test("one", () => {});
    Deno.test("two", () => { if (Deno.env.get("REFLOW_NOTE") !== "hello") throw new Error("no"); });
    Deno.test("three", () => { throw new Error("three is broken"); });
  `);
  assert.deepEqual(counts, { passed: 2, failed: 1 });
  assert(lines.some((line) => line.includes("three is broken")));
});

Deno.test("runTests() counts a failure when no test ran", async () => {
  assert.deepEqual((await run("export {};")).counts, { passed: 0, failed: 1 });
});

Deno.test("runTests() counts a failure when a test file cannot be loaded", async () => {
  const { counts } = await run(`import "./missing.ts"; Deno.test("one", () => {});`);
  assert.deepEqual(counts, { passed: 0, failed: 1 });
});
