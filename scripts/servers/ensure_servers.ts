import { findServers, type FoundServers, type MissingServer, missingServers } from "./find_servers.ts";
import { installDebianPackages, isRootOnDebian } from "./install_debian.ts";
import { ServersError } from "./servers_error.ts";

/** Server programs, all of them there. */
export type Servers = { readonly [Name in keyof FoundServers]: NonNullable<FoundServers[Name]> };

/** The machine, as far as `ensureServers()` asks it. */
export interface ServersHost {
  find(): Promise<FoundServers>;
  canInstall(): Promise<boolean>;
  install(packages: readonly string[]): Promise<void>;
}

const thisMachine: ServersHost = {
  find: () => findServers(),
  canInstall: isRootOnDebian,
  install: installDebianPackages,
};

/**
 * Finds PostgreSQL, Redis and nginx; installs the missing ones when this is root on Debian.
 *
 * @throws ServersError `ERR_SERVERS_MISSING` with the list of what is missing and the command that installs it,
 * `ERR_SERVERS_INSTALL` when installing failed or did not bring them.
 */
export async function ensureServers(host: ServersHost = thisMachine): Promise<Servers> {
  const found = await host.find();
  const missing = missingServers(found);
  if (missing.length === 0) return allOf(found, missing);
  const packages = missing.map(({ debianPackage }) => debianPackage);
  if (!(await host.canInstall())) {
    throw new ServersError(`Cannot run the tests: ${names(missing)} missing on this machine`, {
      code: "ERR_SERVERS_MISSING",
      hint: `On Debian and Ubuntu: sudo apt-get install --no-install-recommends ${packages.join(" ")}`,
    });
  }
  await host.install(packages);
  const after = await host.find();
  return allOf(after, missingServers(after));
}

function allOf(found: FoundServers, missing: readonly MissingServer[]): Servers {
  const { postgresDirectory, redisServer, nginx } = found;
  if (postgresDirectory === undefined || redisServer === undefined || nginx === undefined) {
    throw new ServersError(`Cannot run the tests: ${names(missing)} missing after the installation`, {
      code: "ERR_SERVERS_INSTALL",
    });
  }
  return { postgresDirectory, redisServer, nginx };
}

function names(missing: readonly MissingServer[]): string {
  return `${missing.map(({ name }) => name).join(", ")} ${missing.length === 1 ? "is" : "are"}`;
}
