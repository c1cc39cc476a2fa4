import type { QueryDatabase } from "./database.ts";
import type { SqlParams } from "./sql_params.ts";

/** A page ends after this many bytes of client text, however many items were asked for. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** One page of a list, as SQL. */
export interface PageQuery {
  /** `expression AS name`, each giving text. */
  readonly columns: readonly string[];
  /** From `FROM` up to the end of `WHERE`, without ordering. */
  readonly from: string;
  readonly orderBy: string;
  /** Size of a row's large columns. */
  readonly bytes: string;
  readonly params: SqlParams;
  /** Most items that the page holds. */
  readonly limit: number;
  readonly maxBytes?: number;
}

/** Rows of a page, and whether more follow. */
export interface PageRows<Row> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/**
 * The statement of a page: it reads one row more than asked for, and leaves out the rows after the first that
 * passes the byte limit. Sizes come from TOAST headers, so that a row left out is not unpacked.
 */
export function pageSql(page: PageQuery): string {
  const limit = page.params.bigint(page.limit + 1);
  const maxBytes = page.params.bigint(page.maxBytes ?? MAX_PAGE_BYTES);
  return `SELECT * FROM (
  SELECT p.*, count(*) OVER ()::text AS page_fetched,
    sum(page_bytes) OVER (ORDER BY page_row) - page_bytes AS page_bytes_before
  FROM (
    SELECT ${page.columns.join(", ")}, (${page.bytes})::bigint AS page_bytes,
      row_number() OVER (ORDER BY ${page.orderBy}) AS page_row
    ${page.from}
    ORDER BY ${page.orderBy} LIMIT ${limit}
  ) p
) q WHERE page_bytes_before < ${maxBytes} ORDER BY page_row`;
}

/** Reads one page; it holds at least one row when there is any. */
export async function readPage<Row>(db: QueryDatabase, page: PageQuery): Promise<PageRows<Row>> {
  const sql = pageSql(page);
  const found = await db.query<Row & { readonly page_fetched: string }>(sql, page.params.values);
  const rows = found.slice(0, page.limit);
  return { rows, hasMore: Number(found[0]?.page_fetched ?? 0) > rows.length };
}
