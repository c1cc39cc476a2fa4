import assert from "node:assert/strict";
import fc from "fast-check";
import { field } from "./fields.ts";
import { configOrThrow, loadConfig } from "./load.ts";
import { helpText, renderConfig } from "./render.ts";
import { defineConfig } from "./spec.ts";

const spec = defineConfig({
  name: "reflow-test",
  envPrefix: "TEST",
  envAliases: { DATABASE_URL: "store.url" },
  sections: {
    store: {
      url: field.url({
        help: "Where to store",
        protocols: ["postgresql"],
        default: "postgresql://localhost/a",
      }),
      token: field.secret({ help: "Token", default: "default-secret" }),
      note: field.string({ help: "Note" }),
      max_bytes: field.bytes({ help: "Limit", default: "16MiB" }),
    },
    labels: {
      extra: field.table({ help: "Labels", default: {} }),
      names: field.list({ help: "Names", default: [] }),
      wait: field.duration({ help: "Wait", default: "5s" }),
    },
  },
});

Deno.test("renderConfig() shows values with their origin and neither secrets nor credentials", async () => {
  const env = { DATABASE_URL: "postgresql://admin:hunter2@db/tracing", TEST_STORE_TOKEN: "hunter2" };
  const result = await loadConfig(spec, { env });
  assert.ok(result.ok);
  const text = renderConfig(spec, result.config, result.origins);
  assert.doesNotMatch(text, /hunter2|admin/);
  assert.equal(
    text,
    `[store]
url = "postgresql://…@db/tracing"  # environment variable DATABASE_URL
token = "…"  # environment variable TEST_STORE_TOKEN
# note is not set
max_bytes = "16MiB"  # default

[labels]
extra = {}  # default
names = []  # default
wait = "5s"  # default
`,
  );
});

Deno.test("renderConfig() keeps origins on one line when a file name has a newline", async () => {
  const file = "a\ninjected = 1";
  const result = await loadConfig(spec, {
    env: {},
    file,
    readFile: () => Promise.resolve("store.note = 'x'"),
  });
  assert.ok(result.ok);
  assert.doesNotMatch(renderConfig(spec, result.config, result.origins), /^injected/m);
});

const plainSpec = defineConfig({
  ...spec,
  envAliases: {},
  sections: { labels: spec.sections.labels, store: { note: spec.sections.store.note } },
});

Deno.test("renderConfig() writes a file that loads to the same configuration", async () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
  const values = fc.record({
    note: text,
    names: fc.array(text, { maxLength: 5 }),
    extra: fc.dictionary(text, text, { maxKeys: 5, noNullPrototype: true }),
    wait: fc.nat(),
  });
  await fc.assert(fc.asyncProperty(values, async ({ note, ...labels }) => {
    const rendered = renderConfig(plainSpec, { labels, store: { note } }, new Map());
    const result = await loadConfig(plainSpec, {
      env: {},
      file: "r.toml",
      readFile: () => Promise.resolve(rendered),
    });
    assert.deepEqual(configOrThrow(plainSpec, result), { labels, store: { note } });
  }));
});

Deno.test("helpText() lists each key with default, flag and variables, and no secret", () => {
  const text = helpText(spec);
  assert.match(text, /url \(url, default "postgresql:\/\/localhost\/a"\)/);
  assert.match(text, /--store\.url · TEST_STORE_URL · DATABASE_URL/);
  assert.match(text, /TEST_STORE_TOKEN\[_FILE\]/);
  assert.match(text, /note \(string, optional\)/);
  assert.doesNotMatch(text, /default-secret/);
});
