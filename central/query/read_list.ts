import { type PageQuery, readPage } from "./bounded_page.ts";
import { decodeCursor, encodeCursor, type KeyPart } from "./cursor.ts";
import { countOf, type QueryDatabase, type Statement } from "./database.ts";
import { QueryError } from "./query_error.ts";

/** The page that a caller asks for. */
export interface ListPlace {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** A list that is read page by page. */
export interface ListQuery<Row> {
  /** Member of the answer that holds the items. */
  readonly name: string;
  /** Filters that the cursor belongs to. */
  readonly filter: unknown;
  readonly cursor: string | undefined;
  readonly keyShape: readonly KeyPart[];
  /** The page after a key, or the first. */
  readonly page: (after: readonly string[] | undefined) => PageQuery;
  /** Counts the whole result. */
  readonly count: Statement;
  readonly keyOf: (row: Row) => readonly string[];
  /** JSON text of an item. */
  readonly itemOf: (row: Row) => string;
}

/**
 * Reads one page of a list as the JSON text of its answer.
 *
 * @throws QueryError `ERR_QUERY_BAD_CURSOR`.
 */
export async function readList<Row>(db: QueryDatabase, list: ListQuery<Row>): Promise<string> {
  const scope = cursorScope(list.name, list.filter);
  const after = list.cursor === undefined ? undefined : requireCursor(list.cursor, scope, list.keyShape);
  const [page, total] = await Promise.all([readPage<Row>(db, list.page(after)), countOf(db, list.count)]);
  const last = page.rows.at(-1);
  const next = page.hasMore && last !== undefined ? encodeCursor(scope, list.keyOf(last)) : null;
  return listAnswer(list.name, page.rows.map(list.itemOf), total, next);
}

/** The answer of every list, as JSON text. */
export function listAnswer(
  name: string,
  items: readonly string[],
  totalCount: number,
  nextCursor: string | null,
): string {
  return `{"${name}":[${items.join(",")}],"total_count":${totalCount},"next_cursor":${
    JSON.stringify(nextCursor)
  }}`;
}

/** What a cursor belongs to: a list and its filters. */
export function cursorScope(name: string, filter: unknown): string {
  return `1 ${name} ${JSON.stringify(filter)}`;
}

/**
 * The key in a cursor that a caller gave back.
 *
 * @throws QueryError `ERR_QUERY_BAD_CURSOR`.
 */
export function requireCursor(text: string, scope: string, shape: readonly KeyPart[]): readonly string[] {
  const key = decodeCursor(text, scope, shape);
  if (key !== undefined) return key;
  throw new QueryError(`Cannot read parameter "cursor": it is not the next_cursor of this list`, {
    code: "ERR_QUERY_BAD_CURSOR",
    hint: "Repeat the parameters of the page before, or start again without a cursor",
  });
}
