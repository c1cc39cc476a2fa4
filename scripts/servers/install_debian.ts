import { ServersError } from "./servers_error.ts";

const CLUSTER_SETTINGS = "/etc/postgresql-common/createcluster.conf";
const NO_CLUSTER = "create_main_cluster = false\n";
// Packages whose installation starts a daemon that the tests do not want: they run their own on free ports.
const DAEMONS: ReadonlySet<string> = new Set(["redis-server", "nginx"]);
// Another installation may hold apt's lock for a while, such as the unattended upgrades of a new machine.
const LOCK_TIMEOUT_SECONDS = 300;

/** Whether packages can be installed from here without asking anybody. */
export async function isRootOnDebian(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  return await exists("/etc/debian_version") && await exists("/usr/bin/apt-get");
}

/**
 * Installs Debian packages without questions, showing apt's own progress, and leaves no daemon running: neither
 * PostgreSQL's default cluster nor the services of Redis and nginx.
 *
 * @throws ServersError `ERR_SERVERS_INSTALL` when apt fails.
 */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
  // Somebody who has the file has made up their mind about clusters already.
  if (packages.includes("postgresql") && !(await exists(CLUSTER_SETTINGS))) {
    await Deno.mkdir("/etc/postgresql-common", { recursive: true });
    await Deno.writeTextFile(CLUSTER_SETTINGS, NO_CLUSTER);
  }
  await apt(["update"]);
  await apt([
    "install",
    "--yes",
    "--no-install-recommends",
    "-o",
    "Dpkg::Options::=--force-confold",
    ...packages,
  ]);
  for (const daemon of packages.filter((name) => DAEMONS.has(name))) await stopDaemon(daemon);
}

async function apt(args: readonly string[]): Promise<void> {
  const { success, code } = await new Deno.Command("apt-get", {
    args: ["-q", "-o", `DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`, ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (!success) {
    throw new ServersError(`Cannot install servers: "apt-get ${args.join(" ")}" ended with code ${code}`, {
      code: "ERR_SERVERS_INSTALL",
    });
  }
}

async function stopDaemon(name: string): Promise<void> {
  const systemd = await exists("/run/systemd/system");
  const program = systemd ? "systemctl" : "service";
  const args = systemd ? ["disable", "--now", name] : [name, "stop"];
  // Fails where nothing was started, which is what is wanted.
  await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).output().catch(
    () => {},
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
