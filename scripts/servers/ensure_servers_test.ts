import assert from "node:assert/strict";
import { ensureServers, type ServersHost } from "./ensure_servers.ts";
import type { FoundServers } from "./find_servers.ts";

const ALL: FoundServers = { postgresDirectory: "/pg", redisServer: "/redis-server", nginx: "/nginx" };
const ONLY_POSTGRES: FoundServers = { postgresDirectory: "/pg", redisServer: undefined, nginx: undefined };

function machine(options: { before: FoundServers; after?: FoundServers; canInstall?: boolean }) {
  const installed: string[] = [];
  const host: ServersHost = {
    find: () => Promise.resolve(installed.length === 0 ? options.before : options.after ?? ALL),
    canInstall: () => Promise.resolve(options.canInstall ?? true),
    install(packages) {
      installed.push(...packages);
      return Promise.resolve();
    },
  };
  return { host, installed };
}

Deno.test("ensureServers() installs nothing when all are there", async () => {
  const { host, installed } = machine({ before: ALL });
  assert.deepEqual(await ensureServers(host), ALL);
  assert.deepEqual(installed, []);
});

Deno.test("ensureServers() installs the packages of what is missing", async () => {
  const { host, installed } = machine({ before: ONLY_POSTGRES });
  assert.deepEqual(await ensureServers(host), ALL);
  assert.deepEqual(installed, ["redis-server", "nginx"]);
});

Deno.test("ensureServers() stops with the list and the command when it cannot install", async () => {
  const { host } = machine({ before: ONLY_POSTGRES, canInstall: false });
  await assert.rejects(ensureServers(host), {
    code: "ERR_SERVERS_MISSING",
    message: "Cannot run the tests: Redis, nginx are missing on this machine",
    hint: "On Debian and Ubuntu: sudo apt-get install --no-install-recommends redis-server nginx",
  });
});

Deno.test("ensureServers() fails when the installation did not bring what was missing", async () => {
  const { host } = machine({ before: ONLY_POSTGRES, after: { ...ALL, nginx: undefined } });
  await assert.rejects(ensureServers(host), {
    code: "ERR_SERVERS_INSTALL",
    message: "Cannot run the tests: nginx is missing after the installation",
  });
});
