import { type PostgresServer, startPostgres } from "@reflow/scripts/servers";
// @ts-types="@types/pg"
import pg from "pg";

export { type PostgresServer, startPostgres };

/** A database of its own, dropped when disposed even while somebody is connected to it. */
export interface TestDatabase extends AsyncDisposable {
  /** `postgresql://user:password@127.0.0.1:<port>/<database>`, of a superuser. */
  readonly url: string;
}

/** What the test runner passes on: the server that all test files share. */
export const TEST_POSTGRES_VARIABLE = "REFLOW_TEST_POSTGRES_URL";

// Here and not in a function: a server that starts inside a test would count as that test's leak. Only a test file that
// is run by hand, without the runner, gets here without a url; its server ends with the process.
const sharedUrl = Deno.env.get(TEST_POSTGRES_VARIABLE) || (await startPostgres()).url;

/** The url of the server that the tests of this run share. */
export function testPostgresUrl(): string {
  return sharedUrl;
}

/**
 * Makes an empty database on the shared server.
 *
 * @example
 * ```ts
 * await using database = await freshDatabase();
 * const store = await openStore(database.url);
 * ```
 */
export function freshDatabase(): Promise<TestDatabase> {
  return createDatabase({ url: sharedUrl });
}

/** Makes an empty database with a random name on a server. */
export async function createDatabase(server: { readonly url: string }): Promise<TestDatabase> {
  const name = `reflow_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await execute(server.url, `create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await execute(server.url, `drop database if exists ${name} with (force)`);
    },
  };
}

/** Runs one statement on a connection of its own, so that nothing stays open for the leak sanitizers to find. */
async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
