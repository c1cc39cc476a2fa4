import assert from "node:assert/strict";
import { AppError } from "../errors/mod.ts";
import { defineConfig, field } from "../config/mod.ts";
import { checkConfigCommand, loadFor, versionCommand } from "./config_commands.ts";
import { type CommandInput, type ProgramCommand, runProgram } from "./program.ts";

const spec = defineConfig({
  name: "reflow-test",
  envPrefix: "TEST",
  sections: {
    server: { bind_address: field.address({ default: "127.0.0.1:8080", help: "Where to listen" }) },
  },
});

/** Runs a command line against a program whose `run` does as told. */
async function tryLine(
  line: string,
  run: (input: CommandInput) => Promise<number> = () => Promise.resolve(0),
) {
  let out = "";
  let err = "";
  const print = (text: string) => void (out += text);
  const command: ProgramCommand = {
    name: "run",
    summary: "Run it",
    takesConfig: true,
    examples: [["reflow-test run", "as it is"]],
    run,
  };
  const exitCode = await runProgram(
    {
      spec,
      summary: "A test",
      commands: [command, checkConfigCommand(spec, print), versionCommand("t", print)],
    },
    line.split(" ").filter((word) => word !== ""),
    {},
    { out: print, err: (text) => void (err += text) },
  );
  return { exitCode, out, err };
}

const WRONG_LINES = [
  ["", /Usage: reflow-test/],
  ["fly", /unknown command 'fly'/],
  ["run --fast", /unknown option '--fast'/],
  ["run twice", /too many arguments/],
  ["run --config", /"--config" needs the path of a file/],
  ["run --config a.toml --config b.toml", /found "a\.toml" and "b\.toml"/],
  ["version --server.bind_address=:1", /it reads no configuration, found "--server\.bind_address"/],
  ["version --config a.toml", /it reads no configuration, found "--config"/],
] as const;

for (const [line, said] of WRONG_LINES) {
  Deno.test(`runProgram() exits with 64 and says why when the line is "${line}"`, async () => {
    let hasRun = false;
    const { exitCode, out, err } = await tryLine(line, () => {
      hasRun = true;
      return Promise.resolve(0);
    });
    assert.equal(exitCode, 64);
    assert.match(err, said);
    assert.equal(out, "");
    assert.equal(hasRun, false);
  });
}

Deno.test("runProgram() hands on the code of the command, and what the line configures", async () => {
  let seen: CommandInput | undefined;
  const { exitCode } = await tryLine("run --config a.toml --server.bind_address :1", (input) => {
    seen = input;
    return Promise.resolve(3);
  });
  assert.equal(exitCode, 3);
  assert.deepEqual(seen, { file: "a.toml", flags: { "server.bind_address": ":1" }, env: {} });
});

Deno.test("runProgram() exits with 78 and lists the problem when the configuration is invalid", async () => {
  const { exitCode, err } = await tryLine("run --server.bind_address nowhere", async (input) => {
    await loadFor(spec, input);
    return 0;
  });
  assert.equal(exitCode, 78);
  assert.match(err, /server\.bind_address \(flag --server\.bind_address\): "nowhere"/);
});

Deno.test("runProgram() exits with 1 and shows message and hint when the command fails", async () => {
  const failing = () =>
    Promise.reject(new AppError("Cannot do it: no", { code: "ERR_X", hint: "try again" }));
  const { exitCode, err } = await tryLine("run", failing);
  assert.equal(exitCode, 1);
  assert.equal(err, "reflow-test: Cannot do it: no\nhint: try again\n");
});

Deno.test("check-config prints what it would run with, and refuses what it would not", async () => {
  const good = await tryLine("check-config --server.bind_address :1");
  assert.equal(good.exitCode, 0);
  assert.match(good.out, /bind_address = "0\.0\.0\.0:1" {2}# flag --server\.bind_address/);
  assert.equal((await tryLine("check-config --server.bind_address=x")).exitCode, 78);
});

Deno.test("help lists examples and keys, and exits with 0", async () => {
  for (const line of ["run --help", "help run"]) {
    const { exitCode, out } = await tryLine(line);
    assert.equal(exitCode, 0);
    assert.match(out, /Examples:\n {2}reflow-test run {2}as it is/);
    assert.match(out, /--server\.bind_address · TEST_SERVER_BIND_ADDRESS/);
  }
  assert.equal((await tryLine("--help")).exitCode, 0);
});

Deno.test("version prints one line", async () => {
  const { exitCode, out } = await tryLine("version");
  assert.equal(exitCode, 0);
  assert.match(out, /^t \d+\.\d+\.\d+ \(deno [^\n]+\)\n$/);
});
