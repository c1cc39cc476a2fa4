import { createHash } from "node:crypto";
import { messageOf } from "@reflow/shared/errors";
import type { Logger } from "@reflow/shared/telemetry";
import type { Database, Transaction } from "./database.ts";
import { type Migration, MIGRATIONS } from "./migrations.ts";
import { StoreError } from "./store_error.ts";

/** Chosen once; everybody who migrates this schema takes the same lock. */
const LOCK_ID = "7236837512054012";

/** What migrating did. */
export interface MigrationReport {
  /** `<version> <name>` of each step applied now, in order. */
  readonly applied: readonly string[];
}

interface AppliedRow {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * Brings the schema up to date. Each step is one transaction under a lock, so that several programs may start at once,
 * and one that is killed leaves whole steps. The steps are asked for anew under each lock.
 *
 * A database that is newer than the program is refused: an older program could misread it. Update the programs
 * first, one after the other; those that run already are not disturbed.
 *
 * @throws StoreError `ERR_STORE_MIGRATION` when the database is newer, was changed by hand, or a step fails.
 */
export async function migrate(
  database: Database,
  log: Logger,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<MigrationReport> {
  const applied: string[] = [];
  await underLock(database, async (tx) => assertKnown(await appliedSteps(tx), migrations));
  for (const migration of migrations) {
    const isNew = await underLock(database, async (tx) => {
      const steps = await appliedSteps(tx);
      if (steps.some((step) => step.version === migration.version)) return false;
      await apply(tx, migration);
      return true;
    });
    if (!isNew) continue;
    applied.push(titleOf(migration));
    log.info("Applied migration", { component: "store", version: migration.version, name: migration.name });
  }
  return { applied };
}

function underLock<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    // Waiting for another program's migration and building an index both take longer than a statement may.
    await tx.script(`SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(${LOCK_ID})`);
    return await work(tx);
  });
}

async function appliedSteps(tx: Transaction): Promise<AppliedRow[]> {
  await tx.script(`
    CREATE SCHEMA IF NOT EXISTS tracing;
    CREATE TABLE IF NOT EXISTS tracing.schema_migrations (
      version    integer     PRIMARY KEY,
      name       text        NOT NULL,
      checksum   text        NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  return await tx.query<AppliedRow>(
    "SELECT version, name, checksum FROM tracing.schema_migrations ORDER BY version",
  );
}

async function apply(tx: Transaction, migration: Migration): Promise<void> {
  try {
    await tx.script(migration.sql);
  } catch (error) {
    if (error instanceof StoreError && error.retryable) throw error;
    throw new StoreError(`Cannot apply migration ${titleOf(migration)}: ${messageOf(error)}`, {
      code: "ERR_STORE_MIGRATION",
      hint: "nothing of it is left; earlier migrations are complete",
      cause: error,
    });
  }
  await tx.query("INSERT INTO tracing.schema_migrations (version, name, checksum) VALUES ($1, $2, $3)", [
    migration.version,
    migration.name,
    checksumOf(migration),
  ]);
}

function assertKnown(steps: readonly AppliedRow[], migrations: readonly Migration[]): void {
  for (const step of steps) {
    const known = migrations.find((migration) => migration.version === step.version);
    if (known === undefined) {
      throw new StoreError(
        `Cannot migrate database: it has migration ${titleOf(step)}, this program knows ${migrations.length}`,
        { code: "ERR_STORE_MIGRATION", hint: "start the newer program; schemas only move forward" },
      );
    }
    if (checksumOf(known) !== step.checksum) {
      throw new StoreError(
        `Cannot migrate database: its migration ${titleOf(step)} is not the one of this program`,
        { code: "ERR_STORE_MIGRATION", hint: "the database was made by another build; use that one" },
      );
    }
  }
}

function titleOf(step: Pick<Migration, "version" | "name">): string {
  return `${step.version} ${step.name}`;
}

function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
