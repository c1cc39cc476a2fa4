import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { freshDatabase, testPostgresUrl } from "./postgres.ts";

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A dropped database ends its connections; that is what one of the tests is about.
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function tables(url: string): Promise<string[]> {
  const client = await connect(url);
  const { rows } = await client.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  await client.end();
  return rows.map(({ name }) => name);
}

Deno.test("freshDatabase() gives databases that see nothing of each other", async () => {
  await using one = await freshDatabase();
  await using two = await freshDatabase();
  const client = await connect(one.url);
  await client.query("create table things (id int)");
  await client.end();
  assert.deepEqual(await tables(one.url), ["things"]);
  assert.deepEqual(await tables(two.url), []);
});

Deno.test("freshDatabase() drops its database when it is disposed, connections or not", async () => {
  const database = await freshDatabase();
  const client = await connect(database.url);
  await database[Symbol.asyncDispose]();
  await client.end();
  await assert.rejects(connect(database.url), /does not exist/);
  assert.equal(new URL(testPostgresUrl()).pathname, "/postgres");
});
