/**
 * The part of the store that reads need; whoever opens the database passes it in.
 *
 * Every parameter is a text and is cast in the SQL (`$1::text::uuid`), every column that is not text is cast to it,
 * so that no driver's idea of a bigint or of a time comes between.
 */
export interface QueryDatabase {
  query<Row>(sql: string, params: readonly string[]): Promise<Row[]>;
}

/** SQL and its parameters, in the order of `$1`, `$2`, … */
export interface Statement {
  readonly sql: string;
  readonly params: readonly string[];
}

/** Runs a statement that gives `{ total: "<count>" }`. */
export async function countOf(db: QueryDatabase, statement: Statement): Promise<number> {
  const rows = await db.query<{ total: string }>(statement.sql, statement.params);
  return Number(rows[0]?.total ?? 0);
}
