import { messageOf } from "@reflow/shared/errors";
import { type Clock, systemClock } from "@reflow/shared/time";
import { type Account, accountForServers } from "./account.ts";
import { findServers } from "./find_servers.ts";
import { ServersError } from "./servers_error.ts";

/** A PostgreSQL server of its own, gone with everything in it when disposed. */
export interface PostgresServer extends AsyncDisposable {
  /** Of its superuser and the database `postgres`: `postgresql://reflow:…@127.0.0.1:<port>/postgres`. */
  readonly url: string;
}

const USER = "reflow";
const MAX_CONNECTIONS = 50;
const START_ATTEMPTS = 3;
const START_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 30;
const LOG_TAIL_CHARS = 2_000;

/**
 * The guard between us and the server. Its standard input is a pipe that we hold: when it ends, because we closed it or
 * because we were killed, the guard stops the server and removes the folder. Nothing has to be told for that.
 */
const GUARD = `
trap "" INT HUP
exec 3<&0
directory=$1; shift
"$@" </dev/null >"$directory/log" 2>&1 3<&- &
server=$!
(read -r _ <&3; kill -INT "$server") &
watcher=$!
wait "$server"
kill "$watcher" 2>/dev/null
read -r _ <&3
rm -rf "$directory"
`;

// Tests want speed; what the server writes does not outlive them.
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  `max_connections=${MAX_CONNECTIONS}`,
  "shared_buffers=64MB",
  "log_min_messages=warning",
];

/**
 * Makes an empty cluster in a temporary folder and starts a server on a free port of 127.0.0.1, as another user when
 * this is root, because PostgreSQL refuses to run as root. The server ends with this process, however that ends.
 *
 * @throws ServersError `ERR_SERVERS_MISSING` without PostgreSQL, `ERR_SERVERS_START` with the end of the server's log.
 */
export async function startPostgres(clock: Clock = systemClock): Promise<PostgresServer> {
  const { postgresDirectory } = await findServers();
  if (postgresDirectory === undefined) {
    throw new ServersError("Cannot start PostgreSQL: it is not installed", {
      code: "ERR_SERVERS_MISSING",
      hint: 'Run "deno task test", which installs it on Debian, or install it by hand',
    });
  }
  const account = await accountForServers();
  const password = crypto.getRandomValues(new Uint8Array(16)).toHex();
  for (let attempt = 1;; attempt++) {
    const directory = await Deno.makeTempDir({ prefix: "reflow-pg-" });
    try {
      if (account !== undefined) await Deno.chown(directory, account.uid, account.gid);
      await createCluster(postgresDirectory, { directory, password, account });
      return await runServer(postgresDirectory, { directory, password, account, clock });
    } catch (error) {
      await Deno.remove(directory, { recursive: true }).catch(() => {});
      // Between finding a free port and using it somebody else may have taken it.
      if (attempt === START_ATTEMPTS || !/address already in use/i.test(messageOf(error))) throw error;
    }
  }
}

interface Cluster {
  readonly directory: string;
  readonly password: string;
  readonly account: Account | undefined;
}

async function createCluster(bin: string, { directory, password, account }: Cluster): Promise<void> {
  const passwordFile = `${directory}/password`;
  await Deno.writeTextFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) await Deno.chown(passwordFile, account.uid, account.gid);
  const { success, stdout, stderr } = await new Deno.Command(`${bin}/initdb`, {
    args: [
      `--pgdata=${directory}/data`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ],
    ...asAccount(account, directory),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw startError(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  await Deno.remove(passwordFile);
}

async function runServer(
  bin: string,
  { directory, password, account, clock }: Cluster & { readonly clock: Clock },
): Promise<PostgresServer> {
  const port = freePort();
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  const server = [
    `${bin}/postgres`,
    "-D",
    `${directory}/data`,
    "-p",
    `${port}`,
    "-k",
    directory,
    ...settings,
  ];
  const guard = new Deno.Command("/bin/sh", {
    args: ["-c", GUARD, "reflow-postgres-guard", directory, ...server],
    ...asAccount(account, directory),
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  // A process that forgets to dispose the server can still end, and the guard notices.
  guard.unref();
  const stop = async () => {
    guard.ref();
    await guard.stdin.close().catch(() => {});
    await guard.status;
  };
  try {
    await untilReady(`${bin}/pg_isready`, { directory, port, clock });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: stop,
  };
}

async function untilReady(
  pgIsReady: string,
  { directory, port, clock }: { readonly directory: string; readonly port: number; readonly clock: Clock },
): Promise<void> {
  const endMs = clock.monotonicMs() + START_TIMEOUT_MS;
  while (clock.monotonicMs() < endMs) {
    const { success } = await new Deno.Command(pgIsReady, {
      args: ["-q", "-h", "127.0.0.1", "-p", `${port}`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return;
    const log = await Deno.readTextFile(`${directory}/log`).catch(() => "");
    if (gaveUp(log)) throw startError(log);
    await clock.sleep(READY_POLL_MS);
  }
  throw startError(await Deno.readTextFile(`${directory}/log`).catch(() => "no log"));
}

/** Whether a log says that the server has given up. It also writes FATAL for each question that comes too early. */
export function gaveUp(log: string): boolean {
  return /FATAL:(?!\s+the database system is starting up)/.test(log);
}

/** Settings of a child process: whose it is, and an environment in which no `PG…` variable changes its mind. */
function asAccount(account: Account | undefined, directory: string) {
  return {
    ...(account && { uid: account.uid, gid: account.gid }),
    cwd: directory,
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", HOME: directory },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function startError(log: string): ServersError {
  const tail = log.trim().slice(-LOG_TAIL_CHARS);
  return new ServersError(`Cannot start PostgreSQL: ${tail}`, { code: "ERR_SERVERS_START" });
}
