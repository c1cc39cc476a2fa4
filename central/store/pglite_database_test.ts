import assert from "node:assert/strict";
import { describeStore, TEST_OPTIONS } from "./_store_contract.ts";
import { encodeCopyRow, openDatabase, StoreError } from "./mod.ts";

describeStore("PGlite", () => Promise.resolve({ url: "pglite://memory", async [Symbol.asyncDispose]() {} }));

Deno.test("openDatabase() keeps a folder's data and locks it against a second opening", async () => {
  const folder = await Deno.makeTempDir({ prefix: "reflow-store-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  // A run that was killed while it made the database.
  await Deno.mkdir(`${folder}/database.new/base`, { recursive: true });
  {
    await using database = await openDatabase(`pglite://${folder}`, TEST_OPTIONS);
    await database.transaction((tx) => tx.script("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)"));
    await assert.rejects(openDatabase(`pglite://${folder}`, TEST_OPTIONS), {
      code: "ERR_STORE_LOCKED",
      message: `Cannot open store "${folder}": process ${Deno.pid} has it open`,
    });
    assert.equal(database.folder, folder);
  }
  await using again = await openDatabase(`pglite://${folder}`, TEST_OPTIONS);
  assert.deepEqual(await again.query("SELECT n FROM kept"), [{ n: 1 }]);
  assert.deepEqual(await again.query("SHOW fsync"), [{ fsync: "on" }]);
});

Deno.test("transaction() has the embedded store learn how much was copied, as a server's autovacuum would", async () => {
  await using database = await openDatabase("pglite://memory", TEST_OPTIONS);
  await database.transaction((tx) => tx.script("CREATE TABLE grown (n int, body text)"));
  const rows = Array.from({ length: 2000 }, (_, n) => encodeCopyRow([n, "x".repeat(600)]));
  await database.transaction((tx) => tx.copyIn("grown (n, body)", rows.join("")));
  assert.deepEqual(
    await database.query("SELECT reltuples::int AS rows FROM pg_class WHERE relname = 'grown'"),
    [{ rows: rows.length }],
  );
});

Deno.test("openDatabase() names the folder that it cannot make", async () => {
  const file = await Deno.makeTempFile({ prefix: "reflow-store-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(file));
  await assert.rejects(openDatabase(`pglite://${file}/data`, TEST_OPTIONS), (error) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, "ERR_STORE_URL");
    assert.ok(error.message.startsWith(`Cannot make the folder "${file}/data" of the embedded store: `));
    return true;
  });
});

Deno.test("transaction() lets the event loop turn when many follow each other", async () => {
  await using database = await openDatabase("pglite://memory", TEST_OPTIONS);
  let turnsAtEnd = 0;
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      await database.transaction((tx) => tx.query("SELECT pg_sleep(0.005)"));
      turnsAtEnd = turns;
    }),
  );
  clearInterval(timer);
  assert.ok(turnsAtEnd >= 10, `the event loop turned ${turnsAtEnd} times`);
});
