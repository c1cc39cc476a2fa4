import assert from "node:assert/strict";
import { parsePasswd } from "./account.ts";

Deno.test("parsePasswd() gives numbers by name and leaves out what is no user", () => {
  const text =
    "root:x:0:0:root:/root:/bin/bash\n\n# note\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n+::::::\n";
  assert.deepEqual([...parsePasswd(text)], [["root", { uid: 0, gid: 0 }], ["postgres", {
    uid: 101,
    gid: 104,
  }]]);
});
