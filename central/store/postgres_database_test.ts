import assert from "node:assert/strict";
import { freshDatabase } from "@reflow/tests/support/postgres";
import { describeStore, TEST_OPTIONS } from "./_store_contract.ts";
import { migrate, openDatabase, StoreError, type Transaction } from "./mod.ts";

describeStore("PostgreSQL", freshDatabase);

async function backendOf(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return row?.pid ?? 0;
}

Deno.test("transaction() survives the end of its connection before, during and after its statements", async () => {
  await using address = await freshDatabase();
  await using database = await openDatabase(address.url, TEST_OPTIONS);
  await database.transaction((tx) => tx.script("CREATE TABLE t (n int)"));
  const lost = { code: "ERR_STORE_UNAVAILABLE", retryable: true };
  const kill = (pid: number) => database.query("SELECT pg_terminate_backend($1)", [pid]);

  await assert.rejects(
    database.transaction(async (tx) => {
      await kill(await backendOf(tx));
      await tx.copyIn("t (n)", "1\n");
    }),
    lost,
  );
  await assert.rejects(database.transaction(async (tx) => void await kill(await backendOf(tx))), lost);
  await database.transaction(async (blocker) => {
    await blocker.script("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    await assert.rejects(
      database.transaction(async (tx) => {
        const pid = await backendOf(tx);
        const killing = waitUntilBlocked(pid).then(() => kill(pid));
        await Promise.all([tx.copyIn("t (n)", "1\n"), killing]);
      }),
      lost,
    );
  });
  assert.deepEqual(await database.query("SELECT n FROM t"), []);

  async function waitUntilBlocked(pid: number): Promise<void> {
    for (;;) {
      const [row] = await database.query<{ blocked: boolean }>(
        "SELECT cardinality(pg_blocking_pids($1)) > 0 AS blocked",
        [pid],
      );
      if (row?.blocked) return;
    }
  }
});

Deno.test("a connection that ends while it is handed out fails its statement and not the process", async () => {
  await using server = dyingServer();
  const opening = openDatabase(server.url, TEST_OPTIONS);
  await assert.rejects(opening, { code: "ERR_STORE_UNAVAILABLE", retryable: true });
});

/** Speaks just enough of the protocol: "ready for query" and "terminating connection" in one packet. */
function dyingServer(): AsyncDisposable & { readonly url: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const message = (type: string, body: string) => {
    const length = body.length + 4;
    return `${type}\0\0${String.fromCharCode(length >> 8, length & 255)}${body}`;
  };
  const packet = message("R", "\0\0\0\0") + message("Z", "I") +
    message("E", "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0");
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      await connection.write(Uint8Array.from(packet, (letter) => letter.charCodeAt(0)));
      connection.close();
    }
  })();
  return {
    url: `postgresql://u@127.0.0.1:${listener.addr.port}/d`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("query() and copyIn() end after the statement timeout", async () => {
  await using address = await freshDatabase();
  await using database = await openDatabase(address.url, { ...TEST_OPTIONS, statementTimeoutMs: 100 });
  await database.transaction((tx) => tx.script("CREATE TABLE t (n int)"));
  const late = { code: "ERR_STORE_TIMEOUT", retryable: true };
  await assert.rejects(database.query("SELECT pg_sleep(10)"), late);
  await database.transaction(async (blocker) => {
    await blocker.script("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    await assert.rejects(database.transaction((tx) => tx.copyIn("t (n)", "1\n")), late);
  });
});

Deno.test("openDatabase() says what is wrong with a server that cannot be used", async () => {
  await using address = await freshDatabase();
  const open = (change: (url: URL) => void) => {
    const url = new URL(address.url);
    change(url);
    return openDatabase(url.href, TEST_OPTIONS);
  };
  const away = { code: "ERR_STORE_UNAVAILABLE", retryable: true };
  await assert.rejects(open((url) => url.port = "1"), { ...away, hint: /names server "127\.0\.0\.1:1" and/ });
  await assert.rejects(open((url) => url.pathname = "/absent"), {
    code: "ERR_STORE_URL",
    retryable: false,
    hint: /database "absent": check user, password and database/,
  });
  await assert.rejects(open((url) => [url.username, url.password] = ["absent", "geheim"]), (error) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, "ERR_STORE_URL");
    assert.ok(!`${error.message}${error.hint}`.includes("geheim"));
    return true;
  });
});

Deno.test("migrate() lets a user without the database find functions by their bare names", async () => {
  await using address = await freshDatabase();
  await using owner = await openDatabase(address.url, TEST_OPTIONS);
  const user = `reflow_${crypto.randomUUID().slice(0, 8)}`;
  await owner.query(`CREATE ROLE ${user} LOGIN PASSWORD 'x'`);
  const [row] = await owner.query<{ name: string }>("SELECT current_database() AS name");
  await owner.query(`GRANT CREATE, CONNECT ON DATABASE ${row?.name} TO ${user}`);
  const url = new URL(address.url);
  url.username = user;
  url.password = "x";
  {
    await using database = await openDatabase(url.href, TEST_OPTIONS);
    await migrate(database, TEST_OPTIONS.log);
  }
  {
    await using database = await openDatabase(url.href, TEST_OPTIONS);
    await database.query("SELECT drop_old_partitions('tracing.events', interval '90 days')");
  }
  await owner.query(`DROP OWNED BY ${user}`);
  await owner.query(`DROP ROLE ${user}`);
});
