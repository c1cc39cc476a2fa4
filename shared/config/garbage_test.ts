import assert from "node:assert/strict";
import fc from "fast-check";
import { field } from "./fields.ts";
import { splitFlags } from "./flags.ts";
import { loadConfig } from "./load.ts";
import { describeProblem } from "./problem.ts";
import { defineConfig } from "./spec.ts";

const help = "Help";
const spec = defineConfig({
  name: "reflow-test",
  envPrefix: "T",
  sections: {
    a: {
      address: field.address({ help, default: ":1" }),
      boolean: field.boolean({ help }),
      bytes: field.bytes({ help }),
      choice: field.choice({ help, values: ["x", "y"] }),
      duration: field.duration({ help }),
      integer: field.integer({ help }),
      list: field.list({ help }),
      path: field.path({ help }),
      secret: field.secret({ help }),
      string: field.string({ help }),
      table: field.table({ help }),
      url: field.url({ help, protocols: ["http"] }),
    },
  },
});

const keys = fc.constantFrom(
  ...Object.keys(spec.sections.a),
  "__proto__",
  "constructor",
  "toString",
  "unknwon",
);
const tomlValues = fc.constantFrom(
  ..."1 -1 1.5 nan inf 99999999999999999999 true 1979-05-27 07:32:00 '' 'x' [] [1,'a'] {} {__proto__='x'} {a={b=1}} \"\\u0000\""
    .split(" "),
);
const tomlLines = fc.oneof(
  fc.tuple(keys, tomlValues).map(([key, value]) => `${key} = ${value}`),
  fc.tuple(keys, tomlValues).map(([key, value]) => `a.${key} = ${value}`),
  fc.constantFrom("[a]", "[[a]]", "[a.table]", "[b]", "[__proto__]", '"""', "'''", "[", "="),
  fc.string({ unit: "binary" }),
);
const files = fc.oneof(
  fc.array(tomlLines).map((lines) => lines.join("\n")),
  fc.array(tomlLines).map((lines) => `[a]\n${lines.join("\n")}`),
  fc.string({ unit: "binary" }),
);
const texts = fc.dictionary(
  fc.oneof(keys.map((key) => `T_A_${key.toUpperCase()}`), keys.map((key) => `a.${key}`), fc.string()),
  fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("1", "5s", "1MiB", ":80", "a=b", "…")),
);

Deno.test("loadConfig() answers garbage with problems and never throws", async () => {
  await fc.assert(
    fc.asyncProperty(files, texts, texts, async (file, env, flags) => {
      const readFile = () => Promise.resolve(file);
      const result = await loadConfig(spec, { file: "f.toml", env, flags, readFile });
      const problems = result.ok ? result.warnings : [...result.problems, ...result.warnings];
      for (const line of problems.map(describeProblem)) {
        assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029]/u);
        assert.ok(line.length < 2_000);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("loadConfig() survives deep nesting", async () => {
  for (const text of [`a.list = ${"[".repeat(100_000)}`, `a${".a".repeat(100_000)} = 1`]) {
    const result = await loadConfig(spec, { file: "f", env: {}, readFile: () => Promise.resolve(text) });
    assert.equal(result.ok, false);
  }
});

Deno.test("splitFlags() takes its own flags and leaves the rest in order", () => {
  const args = [
    "run",
    "--config",
    "a.toml",
    "--a.list=x=y",
    "-v",
    "--a.path",
    "--help",
    "--",
    "--a.path",
    "z",
  ];
  assert.deepEqual(splitFlags(args), {
    file: "a.toml",
    extraFiles: [],
    flags: { "a.list": "x=y", "a.path": "" },
    rest: ["run", "-v", "--help", "--", "--a.path", "z"],
  });
});

Deno.test("splitFlags() accepts any command line", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), texts.map((map) => `--${Object.keys(map)[0]}`))), (args) => {
      assert.ok(splitFlags(args).rest.length <= args.length);
    }),
  );
});
