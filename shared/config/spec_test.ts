import assert from "node:assert/strict";
import { field } from "./fields.ts";
import { defineConfig } from "./spec.ts";

const port = field.integer({ help: "Port", default: 1 });

const broken = {
  "a key is not snake_case": { sections: { server: { maxConnections: port } } },
  "two keys share a variable": { sections: { a: { b_c: port }, a_b: { c: port } } },
  "an alias names no key": { sections: { server: { port } }, envAliases: { TEST_PORT: "server.prt" } },
  "an alias is the variable of another key": {
    sections: { server: { port, other: port } },
    envAliases: { TEST_SERVER_OTHER: "server.port" },
  },
};
for (const [what, parts] of Object.entries(broken)) {
  Deno.test(`defineConfig() throws when ${what}`, () => {
    assert.throws(() => defineConfig({ name: "t", envPrefix: "TEST", ...parts }), { name: "BugError" });
  });
}
