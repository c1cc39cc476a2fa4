import assert from "node:assert/strict";
import { locateKeys } from "./toml_source.ts";

Deno.test("locateKeys() finds tables, keys and dotted keys", () => {
  const lines = locateKeys('top = 1\n[server] # x\n  port=2\n"quoted" = 3\n[a.b]\nc.d = 4\n');
  assert.deepEqual(Object.fromEntries(lines), {
    top: 1,
    server: 2,
    "server.port": 3,
    "server.quoted": 4,
    "a.b": 5,
    a: 5,
    "a.b.c.d": 6,
    "a.b.c": 6,
  });
});

Deno.test("locateKeys() skips what stands in strings, lists and comments", () => {
  const text = [
    "[a]",
    's = """',
    "[fake]",
    "x = 1",
    '"""',
    "l = [",
    '  ["nested"],',
    "  'y = [',",
    "]",
    "# [comment]",
    "k = 1",
  ].join("\n");
  assert.deepEqual(Object.fromEntries(locateKeys(text)), { a: 1, "a.s": 2, "a.l": 6, "a.k": 11 });
});
