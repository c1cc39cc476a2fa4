import assert from "node:assert/strict";
import fc from "fast-check";
import { nullLogger } from "@reflow/shared/telemetry";
import { type Database, encodeCopyRow, ensurePartitions, migrate, openDatabase } from "./mod.ts";
import { MIGRATIONS } from "./migrations.ts";
import { StoreError } from "./store_error.ts";

/** Limits for tests. */
export const TEST_OPTIONS = {
  maxConnections: 5,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 10_000,
  log: nullLogger,
} as const;

/** An empty database at an address of its own. */
export interface TestAddress extends AsyncDisposable {
  readonly url: string;
}

/** What every database behind the port must do. `fresh` gives the address of an empty one. */
export function describeStore(name: string, fresh: () => Promise<TestAddress>): void {
  async function withDatabase(use: (database: Database, url: string) => Promise<void>): Promise<void> {
    await using address = await fresh();
    await using database = await openDatabase(address.url, TEST_OPTIONS);
    await use(database, address.url);
  }

  Deno.test(`${name}: query() takes and gives values without loss`, () =>
    withDatabase(async (database) => {
      const [row] = await database.query<Record<string, unknown>>(
        `SELECT $1::bigint AS big, $2::timestamptz AS time, $3::text::jsonb AS json, $4::boolean AS flag,
                $5::int AS small, $6::text[] AS list, $7::uuid AS id, $8::text AS nothing`,
        [
          "9007199254740993",
          "10000-01-02 03:04:05.123456Z",
          `{"a":1.10}`,
          true,
          -7,
          [`a"b`, "c,\\", "{}", "NULL", ""],
          "6BA7B810-9DAD-41D1-80B4-00C04FD430C8",
          null,
        ],
      );
      assert.deepEqual({ ...row }, {
        big: "9007199254740993",
        time: "10000-01-02 03:04:05.123456+00",
        json: `{"a": 1.10}`,
        flag: true,
        small: -7,
        list: [`a"b`, "c,\\", "{}", "NULL", ""],
        id: "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
        nothing: null,
      });
    }));

  Deno.test(`${name}: transaction() commits what returns and rolls back what throws`, () =>
    withDatabase(async (database) => {
      await database.transaction((tx) => tx.script("CREATE TABLE kept (n int); CREATE TABLE other (n int)"));
      const failure = new Error("mine");
      await assert.rejects(
        database.transaction(async (tx) => {
          await tx.query("INSERT INTO kept VALUES (1)");
          throw failure;
        }),
        failure,
      );
      const given = await database.transaction(async (tx) => {
        await tx.query("INSERT INTO kept VALUES ($1)", [2]);
        return "given";
      });
      assert.equal(given, "given");
      assert.deepEqual(await database.query("SELECT n FROM kept"), [{ n: 2 }]);
    }));

  Deno.test(`${name}: copyIn() brings any text back as it was`, () =>
    withDatabase(async (database) => {
      await database.transaction((tx) => tx.script("CREATE TABLE copied (run int, n int, body text)"));
      let run = 0;
      const text = fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: fc.constantFrom("\t", "\n", "\r", "\\", "N", ".", "a", "\u0001", "\u{1f600}") }),
        fc.constant("\\."),
        fc.constant("\\N"),
        fc.constant(null),
      ).filter((value) => value === null || (!value.includes("\0") && value.isWellFormed()));
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1 }), async (texts) => {
          const id = ++run;
          const rows = texts.map((body, n) => encodeCopyRow([id, n, body]));
          await database.transaction((tx) => tx.copyIn("copied (run, n, body)", rows.join("")));
          const back = await database.query<{ body: string | null }>(
            "SELECT body FROM copied WHERE run = $1 ORDER BY n",
            [id],
          );
          assert.deepEqual(back.map((row) => row.body), texts);
        }),
        { numRuns: 50 },
      );
    }));

  Deno.test.each([
    ["a value of the wrong type", "1\tx\n"],
    ["too few columns", "1\n"],
  ])(`${name}: copyIn() fails with ERR_STORE_DATA on %s`, (_what, rows) =>
    withDatabase(async (database) => {
      await database.transaction((tx) => tx.script("CREATE TABLE strict (a int, b int)"));
      await assert.rejects(database.transaction((tx) => tx.copyIn("strict (a, b)", rows)), {
        code: "ERR_STORE_DATA",
        retryable: false,
      });
      assert.deepEqual(await database.query("SELECT 1 AS alive"), [{ alive: 1 }]);
    }));

  Deno.test(`${name}: query() fails with ERR_STORE_QUERY on a wrong statement and goes on`, () =>
    withDatabase(async (database) => {
      await assert.rejects(database.query("SELEKT"), (error) => {
        assert.ok(error instanceof StoreError);
        assert.equal(error.code, "ERR_STORE_QUERY");
        assert.match(error.message, /^Cannot query database: syntax error/);
        return true;
      });
      assert.deepEqual(await database.query("SELECT 1 AS alive"), [{ alive: 1 }]);
    }));

  Deno.test(`${name}: migrate() applies each step once when several start together`, () =>
    withDatabase(async (database) => {
      const reports = await Promise.all([1, 2, 3].map(() => migrate(database, nullLogger)));
      const applied = reports.flatMap((report) => report.applied);
      assert.deepEqual(applied.toSorted(), MIGRATIONS.map((step) => `${step.version} ${step.name}`));
      assert.deepEqual(await migrate(database, nullLogger), { applied: [] });
    }));

  Deno.test(`${name}: migrate() leaves nothing of a step that fails`, () =>
    withDatabase(async (database) => {
      const steps = [
        { version: 1, name: "good", sql: "CREATE TABLE good (n int)" },
        { version: 2, name: "bad", sql: "CREATE TABLE half (n int); SELECT 1 / 0" },
      ];
      await assert.rejects(migrate(database, nullLogger, steps), {
        code: "ERR_STORE_MIGRATION",
        message: /^Cannot apply migration 2 bad: /,
      });
      const tables = await database.query<Record<string, unknown>>(
        "SELECT to_regclass('good')::text AS good, to_regclass('half')::text AS half",
      );
      assert.deepEqual({ ...tables[0] }, { good: "good", half: null });
      assert.deepEqual(await migrate(database, nullLogger, steps.slice(0, 1)), { applied: [] });
    }));

  Deno.test(`${name}: migrate() refuses a database that is newer or was made differently`, () =>
    withDatabase(async (database) => {
      const steps = [{ version: 1, name: "one", sql: "SELECT 1" }, {
        version: 2,
        name: "two",
        sql: "SELECT 2",
      }];
      await migrate(database, nullLogger, steps);
      await assert.rejects(migrate(database, nullLogger, steps.slice(0, 1)), { code: "ERR_STORE_MIGRATION" });
      const changed = [{ version: 1, name: "one", sql: "SELECT 3" }, ...steps.slice(1)];
      await assert.rejects(migrate(database, nullLogger, changed), { code: "ERR_STORE_MIGRATION" });
    }));

  Deno.test(`${name}: the statements of the operator's page run as typed`, () =>
    withDatabase(async (migrated, url) => {
      await migrate(migrated, nullLogger);
      // Sessions that are open already keep the path they have.
      await using reopened = url === "pglite://memory" ? undefined : await openDatabase(url, TEST_OPTIONS);
      const database = reopened ?? migrated;
      const first = await database.query(
        "SELECT create_monthly_partitions('tracing.events', '2024-01-01'::date)",
      );
      const now = new Date();
      const months = (now.getUTCFullYear() - 2024) * 12 + now.getUTCMonth() + 3;
      assert.equal(first.length, months);
      const again = await database.query(
        "SELECT create_monthly_partitions('tracing.events', '2024-01-01'::date)",
      );
      assert.equal(again.length, 0);
      const dropped = await database.query(
        "SELECT drop_old_partitions('tracing.events', interval '90 days')",
      );
      assert.ok(dropped.length >= months - 7 && dropped.length <= months - 5, `dropped ${dropped.length}`);
      await database.query("REINDEX INDEX CONCURRENTLY idx_events_timestamp");
      await database.query("VACUUM ANALYZE tracing.events");
      await database.query("VACUUM ANALYZE tracing.traces");
    }));

  Deno.test(`${name}: create_monthly_partitions() moves strays out of the default partition`, () =>
    withDatabase(async (database) => {
      await migrate(database, nullLogger);
      const times = ["2024-01-31 23:59:59.999999+00", "2024-02-01 00:00:00+00", "1970-01-01 00:00:00+00"];
      await database.transaction((tx) =>
        tx.copyIn(
          "tracing.events (trace_id, timestamp, nanos, sequence, position, stream_id, event_id, event_type, " +
            "actor_id, received_at, event)",
          times.map((time, n) => {
            const id = "00000000-0000-0000-0000-000000000001";
            return encodeCopyRow([id, time, 0, n, 0, id, id, "ActorStarted", "a", time, "{}"]);
          }).join(""),
        )
      );
      await database.query("SELECT tracing.create_monthly_partitions('tracing.events', '2024-01-15'::date)");
      const where = await database.query<{ place: string }>(
        "SELECT tableoid::regclass::text AS place FROM tracing.events ORDER BY sequence",
      );
      assert.deepEqual(where.map((row) => row.place.replace("tracing.", "")), [
        "events_2024_01",
        "events_2024_02",
        "events_default",
      ]);
    }));

  Deno.test(`${name}: partitions are made for last month to two months ahead, once`, () =>
    withDatabase(async (database) => {
      await migrate(database, nullLogger);
      const made = await Promise.all([ensurePartitions(database), ensurePartitions(database)]);
      assert.equal(made.flat().length, 4);
      await assert.rejects(
        database.query("SELECT tracing.drop_old_partitions('tracing.events', interval '-1 day')"),
        { code: "ERR_STORE_DATA" },
      );
    }));
}
