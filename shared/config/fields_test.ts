import assert from "node:assert/strict";
import type { Field } from "./field.ts";
import { field } from "./fields.ts";

const help = "Help";
const kinds: Readonly<Record<string, Field<unknown>>> = {
  string: field.string({ help, maxLength: 5 }),
  patterned: field.string({ help, pattern: { matches: /^[a-z]+$/, expected: "lower-case letters" } }),
  secret: field.secret({ help, minLength: 4 }),
  integer: field.integer({ help, min: 1, max: 10 }),
  boolean: field.boolean({ help }),
  duration: field.duration({ help, min: 1, max: 60_000 }),
  seconds: field.duration({ help, integerUnit: "s" }),
  bytes: field.bytes({ help, max: 2 ** 40 }),
  choice: field.choice({ help, values: ["json", "text"] }),
  url: field.url({ help, protocols: ["http", "https", "postgresql", "pglite"] }),
  address: field.address({ help }),
  path: field.path({ help }),
  list: field.list({ help, maxItems: 2 }),
  table: field.table({ help, maxItems: 2 }),
};

type Case = readonly [kind: string, form: "toml" | "text", raw: unknown, value: unknown];

const good: readonly Case[] = [
  ["string", "toml", "", ""],
  ["string", "text", "a b", "a b"],
  ["patterned", "text", "abc", "abc"],
  ["secret", "text", "hunter2", "hunter2"],
  ["integer", "toml", 10, 10],
  ["integer", "text", "1", 1],
  ["boolean", "toml", false, false],
  ["boolean", "text", "TRUE", true],
  ["boolean", "text", "off", false],
  ["duration", "toml", 5_000, 5_000],
  ["duration", "toml", "1m", 60_000],
  ["duration", "text", "250", 250],
  ["seconds", "toml", 30, 30_000],
  ["seconds", "text", "30", 30_000],
  ["seconds", "text", "30ms", 30],
  ["bytes", "toml", 1_048_576, 1_048_576],
  ["bytes", "text", "16MiB", 16_777_216],
  ["bytes", "toml", "1GB", 1_000_000_000],
  ["bytes", "text", "1.5 KiB", 1_536],
  ["bytes", "text", "0", 0],
  ["choice", "text", "json", "json"],
  [
    "url",
    "text",
    "postgresql://user:pass@postgres:5432/tracing",
    "postgresql://user:pass@postgres:5432/tracing",
  ],
  ["url", "text", "pglite://./reflow-data", "pglite://./reflow-data"],
  ["address", "text", "0.0.0.0:8080", { hostname: "0.0.0.0", port: 8080 }],
  ["address", "toml", "[::1]:8080", { hostname: "::1", port: 8080 }],
  ["address", "text", ":0", { hostname: "0.0.0.0", port: 0 }],
  ["path", "text", "./spool", "./spool"],
  ["list", "toml", ["a,b"], ["a,b"]],
  ["list", "text", " a, ,b ", ["a", "b"]],
  ["table", "toml", { env: "prod" }, { env: "prod" }],
  ["table", "text", "env=prod, note=a=b", { env: "prod", note: "a=b" }],
];
for (const [name, form, raw, value] of good) {
  Deno.test(`field ${name} accepts ${JSON.stringify(raw)} when it comes as ${form}`, () => {
    assert.deepEqual(kinds[name]?.parse(raw, form), { ok: true, value });
  });
}

const bad: readonly (readonly [kind: string, form: "toml" | "text", raw: unknown])[] = [
  ["string", "toml", 5],
  ["string", "text", "too long"],
  ["patterned", "text", "ABC"],
  ["secret", "text", "abc"],
  ["secret", "toml", "…"],
  ["integer", "toml", 0],
  ["integer", "toml", 1.5],
  ["integer", "toml", "5"],
  ["integer", "toml", 2n ** 63n],
  ["integer", "text", "5x"],
  ["integer", "text", "0x5"],
  ["integer", "text", "NaN"],
  ["boolean", "toml", "true"],
  ["boolean", "toml", 1],
  ["boolean", "text", "constructor"],
  ["duration", "toml", 0],
  ["duration", "toml", "61s"],
  ["duration", "toml", "30"],
  ["duration", "text", "-5s"],
  ["bytes", "text", "16 mib"],
  ["bytes", "text", "MiB"],
  ["bytes", "toml", -1],
  ["bytes", "text", "2TiB"],
  ["choice", "text", "JSON"],
  ["choice", "toml", ["json"]],
  ["url", "text", "ftp://host/"],
  ["url", "text", "https://"],
  ["url", "text", "https://a b/"],
  ["url", "toml", 5],
  ["address", "text", "8080"],
  ["address", "text", "localhost"],
  ["address", "text", "localhost:65536"],
  ["address", "text", "::1:8080"],
  ["address", "text", "[::zz]:80"],
  ["address", "text", "a/b:80"],
  ["address", "toml", 8080],
  ["path", "text", "a\0b"],
  ["path", "toml", ""],
  ["list", "toml", "a"],
  ["list", "toml", ["a", 1]],
  ["list", "text", "a,b,c"],
  ["table", "toml", { a: 1 }],
  ["table", "toml", [["a", "b"]]],
  ["table", "text", "a"],
  ["table", "text", "a=1,a=2"],
];
for (const [name, form, raw] of bad) {
  const shown = typeof raw === "bigint" ? String(raw) : JSON.stringify(raw);
  Deno.test(`field ${name} refuses ${shown} when it comes as ${form}`, () => {
    assert.equal(kinds[name]?.parse(raw, form).ok, false);
  });
}

const rendered: readonly (readonly [kind: string, value: unknown, text: string])[] = [
  ["string", 'a"\n\x7f', '"a\\"\\n\\u007f"'],
  ["duration", 90_000, '"1m30s"'],
  ["bytes", 16_777_216, '"16MiB"'],
  ["bytes", 1_000, "1000"],
  ["url", "postgresql://user:p@ss@host/db", '"postgresql://…@host/db"'],
  ["address", { hostname: "::1", port: 80 }, '"[::1]:80"'],
  ["list", ["a", "b"], '["a", "b"]'],
  ["table", { "a.b": "c" }, '{ "a.b" = "c" }'],
];
for (const [name, value, text] of rendered) {
  Deno.test(`field ${name} renders ${JSON.stringify(value)} as TOML`, () => {
    assert.equal(kinds[name]?.render(value), text);
  });
}

Deno.test("field choice suggests a word when the value is close to one", () => {
  const parsed = kinds["choice"]?.parse("jsn", "text");
  assert.equal(parsed?.ok === false && parsed.suggestion, "json");
});

Deno.test("field duration takes a number as milliseconds when it is the default", () => {
  assert.equal(field.duration({ help, default: 30_000, integerUnit: "s" }).default, 30_000);
});

Deno.test("field makers throw when a default is no value of the field", () => {
  assert.throws(() => field.integer({ help, default: 5, max: 4 }), /Default of field "Help"/);
  assert.throws(() => field.duration({ help, default: "5 parsecs" }), /Default of field "Help"/);
});
