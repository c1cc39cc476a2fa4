/** The server programs of a machine; what is `undefined` is not there. */
export interface FoundServers {
  /** The folder with `initdb` and `postgres`; of several versions the newest. */
  readonly postgresDirectory: string | undefined;
  readonly redisServer: string | undefined;
  readonly nginx: string | undefined;
}

/** A server that the tests need, and the Debian package that brings it. */
export interface MissingServer {
  readonly name: string;
  readonly debianPackage: string;
}

/** Where to look. */
export interface SearchPlaces {
  /** Folders of programs, in order of preference. */
  readonly directories: readonly string[];
  /** Has one folder for each version, each with a `bin`; Debian keeps `initdb` out of the path. */
  readonly postgresRoot: string;
}

// Daemons live in sbin, which is not in the path of ordinary users.
const USUAL_DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/opt/homebrew/bin"];

/** The folders in `PATH` and those where daemons usually are. */
export function usualPlaces(): SearchPlaces {
  const inPath = (Deno.env.get("PATH") ?? "").split(":").filter((directory) => directory !== "");
  return {
    directories: [...new Set([...inPath, ...USUAL_DIRECTORIES])],
    postgresRoot: "/usr/lib/postgresql",
  };
}

/** Looks for PostgreSQL, Redis and nginx. */
export async function findServers(places: SearchPlaces = usualPlaces()): Promise<FoundServers> {
  return {
    postgresDirectory: await findPostgres(places),
    redisServer: await findProgram("redis-server", places.directories),
    nginx: await findProgram("nginx", places.directories),
  };
}

/** Lists what was not found. */
export function missingServers(found: FoundServers): MissingServer[] {
  const missing: MissingServer[] = [];
  if (found.postgresDirectory === undefined) {
    missing.push({ name: "PostgreSQL", debianPackage: "postgresql" });
  }
  if (found.redisServer === undefined) missing.push({ name: "Redis", debianPackage: "redis-server" });
  if (found.nginx === undefined) missing.push({ name: "nginx", debianPackage: "nginx" });
  return missing;
}

async function findPostgres({ directories, postgresRoot }: SearchPlaces): Promise<string | undefined> {
  const versions: string[] = [];
  try {
    for await (const { name } of Deno.readDir(postgresRoot)) versions.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  versions.sort((a, b) => Number(b) - Number(a));
  const candidates = [...versions.map((version) => `${postgresRoot}/${version}/bin`), ...directories];
  for (const directory of candidates) {
    // The client package alone leaves such a folder, too.
    if (await isProgram(`${directory}/initdb`) && await isProgram(`${directory}/postgres`)) return directory;
  }
  return undefined;
}

async function findProgram(name: string, directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) {
    if (await isProgram(`${directory}/${name}`)) return `${directory}/${name}`;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    const { isFile, mode } = await Deno.stat(path);
    return isFile && ((mode ?? 0o111) & 0o111) !== 0;
  } catch {
    // Not there, or not ours to see: either way it cannot be run.
    return false;
  }
}
