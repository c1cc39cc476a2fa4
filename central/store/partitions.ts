import type { Queryable } from "./database.ts";

/**
 * Makes sure that events of last month, this month and the two months to come have partitions of their own. Call it at
 * start and at least once a month; events of other times wait in the default partition.
 *
 * @returns names of the partitions that were created.
 * @throws StoreError.
 */
export async function ensurePartitions(database: Queryable): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT tracing.create_monthly_partitions(
       'tracing.events', (now() AT TIME ZONE 'UTC' - interval '1 month')::date) AS name`,
  );
  return rows.map((row) => row.name);
}
