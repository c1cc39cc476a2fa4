import assert from "node:assert/strict";
import { compileProgram } from "./compile_program.ts";
import { measureProgram } from "./measure_program.ts";

/** A compiler that writes a program which writes down what it was called with; and a folder for all of it. */
async function scene(compiler: string): Promise<AsyncDisposable & { path: string; denoPath: string }> {
  const path = await Deno.makeTempDir({ prefix: "reflow-compile-test-" });
  const denoPath = `${path}/deno`;
  await Deno.writeTextFile(denoPath, `#!/bin/sh\n${compiler}\n`, { mode: 0o755 });
  return { path, denoPath, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("compileProgram() gives the compiler its permissions, a large stack and an empty folder", async () => {
  await using place = await scene(
    'printf "%s\\n" "$@" "stack=$RUST_MIN_STACK" "$(ls -A | wc -l)" > "${0%/*}/said"',
  );
  await compileProgram({
    entry: "/product/main.ts",
    output: `${place.path}/dist/program`,
    configPath: "/product/deno.json",
    modules: ["/product/worker.ts"],
    permissions: ["net", "read"],
    target: "aarch64-unknown-linux-gnu",
    denoPath: place.denoPath,
  });
  assert.deepEqual((await Deno.readTextFile(`${place.path}/said`)).trim().split("\n"), [
    "compile",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--unstable-raw-imports",
    "--config=/product/deno.json",
    `--output=${place.path}/dist/program`,
    "--target=aarch64-unknown-linux-gnu",
    "--include=/product/worker.ts",
    "--allow-net",
    "--allow-read",
    "/product/main.ts",
    "stack=268435456",
    "0",
  ]);
  assert.equal((await Deno.stat(`${place.path}/dist`)).isDirectory, true);
});

Deno.test.each([
  [
    "a runtime that cannot be downloaded",
    "error sending request for url (https://example/denort.zip)",
    "ERR_COMPILE_RUNTIME",
  ],
  ["a module that does not exist", "Module not found", "ERR_COMPILE_FAILED"],
])("compileProgram() tells %s from other failures", async (_name, said, code) => {
  await using place = await scene(`echo "${said}" >&2; exit 1`);
  const compiling = compileProgram({
    entry: "/product/main.ts",
    output: `${place.path}/program`,
    configPath: "/product/deno.json",
    permissions: [],
    denoPath: place.denoPath,
  });
  await assert.rejects(compiling, (error: unknown) => {
    assert(error instanceof Error && "code" in error && "hint" in error);
    assert.equal(error.code, code);
    assert(error.message.includes(said));
    assert.equal(String(error.hint).includes("DENORT_BIN"), code === "ERR_COMPILE_RUNTIME");
    return true;
  });
});

Deno.test("measureProgram() gives size and time, and fails with the program", async () => {
  await using place = await scene('test "$1" = version || { echo "no such command" >&2; exit 2; }');
  const { bytes, startMs } = await measureProgram(place.denoPath, ["version"]);
  assert.equal(bytes, (await Deno.stat(place.denoPath)).size);
  assert(startMs > 0);
  await assert.rejects(measureProgram(place.denoPath, ["nonsense"]), {
    code: "ERR_COMPILE_FAILED",
    message: /nonsense": no such command$/,
  });
});
