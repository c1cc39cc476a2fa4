import assert from "node:assert/strict";
import { findServers, missingServers, type SearchPlaces } from "./find_servers.ts";

async function temporaryPlaces(programs: readonly string[]): Promise<SearchPlaces & AsyncDisposable> {
  const root = await Deno.makeTempDir({ prefix: "reflow-find-" });
  for (const program of programs) {
    const path = `${root}/${program}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, "", { mode: program.endsWith(".txt") ? 0o644 : 0o755 });
  }
  return {
    directories: [`${root}/a`, `${root}/b`],
    postgresRoot: `${root}/pg`,
    async [Symbol.asyncDispose]() {
      await Deno.remove(root, { recursive: true });
    },
  };
}

Deno.test("findServers() takes the newest PostgreSQL that has its server", async () => {
  await using places = await temporaryPlaces([
    "pg/9/bin/initdb",
    "pg/9/bin/postgres",
    "pg/15/bin/initdb",
    "pg/15/bin/postgres",
    "pg/16/bin/psql",
    "a/redis-server",
    "b/redis-server",
    "b/nginx",
  ]);
  const found = await findServers(places);
  assert.deepEqual(found, {
    postgresDirectory: `${places.postgresRoot}/15/bin`,
    redisServer: `${places.directories[0]}/redis-server`,
    nginx: `${places.directories[1]}/nginx`,
  });
  assert.deepEqual(missingServers(found), []);
});

Deno.test("findServers() finds PostgreSQL in the path when Debian's folder is absent", async () => {
  await using places = await temporaryPlaces(["b/initdb", "b/postgres"]);
  assert.equal((await findServers(places)).postgresDirectory, places.directories[1]);
});

Deno.test("missingServers() names each absent server and its package", async () => {
  await using places = await temporaryPlaces([]);
  assert.deepEqual(missingServers(await findServers(places)), [
    { name: "PostgreSQL", debianPackage: "postgresql" },
    { name: "Redis", debianPackage: "redis-server" },
    { name: "nginx", debianPackage: "nginx" },
  ]);
});
