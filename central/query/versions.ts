import { memberText } from "@reflow/shared/json";
import { columnText } from "../store/mod.ts";
import { MAX_PAGE_BYTES, type PageQuery, readPage } from "./bounded_page.ts";
import { encodeCursor } from "./cursor.ts";
import { countOf, type QueryDatabase } from "./database.ts";
import { parseSqlNanos, sqlNanos } from "./instant.ts";
import { QueryError, quoted } from "./query_error.ts";
import { cursorScope, listAnswer, type ListPlace, requireCursor } from "./read_list.ts";
import { createSqlParams } from "./sql_params.ts";
import { countTracesSql, NEWEST_FIRST } from "./trace_sql.ts";

/** A version that a flow ran in, and the newest trace that it ran in. */
export interface FoundVersion {
  /** JSON text of the `FlowVersion` as that trace sent it. */
  readonly text: string;
  /** Start in nanoseconds since 1970, and id, of that trace. */
  readonly key: readonly [string, string];
}

interface CandidateRow {
  readonly trace_id: string;
  readonly start_ns: string;
  /** JSON text that holds the version. */
  readonly body: string;
}

/** Candidates read at once, and looked at in all; beyond them the oldest versions are not found. */
const CANDIDATES_PER_READ = 500;
const MAX_CANDIDATES = 10_000;

// What differs from run to run is taken out before bodies are compared, so that thousands of runs of one version are
// one candidate. Inside a JSON string a quote has a backslash before it, so that only members match. Versions
// themselves are compared by the reader, because PostgreSQL's JSON functions refuse texts that the protocol allows.
const VERSION_KEY = `CASE WHEN t.start_body IS NULL THEN t.trace_id::text
  ELSE md5(regexp_replace(t.start_body, '"(timestamp|flow_id)"\\s*:\\s*"[^"\\\\]*"', '', 'g')) END`;

/**
 * A page of a flow's versions as JSON text, newest first.
 *
 * @param flow name or client's id of the flow.
 * @throws QueryError `ERR_QUERY_UNKNOWN_FLOW`, `ERR_QUERY_BAD_CURSOR`.
 */
export async function listVersions(
  db: QueryDatabase,
  flow: string,
  place: ListPlace,
): Promise<string> {
  const scope = cursorScope("versions", flow);
  const after = place.cursor === undefined
    ? undefined
    : requireCursor(place.cursor, scope, ["nanos", "uuid"]);
  const found = await findVersions(db, flow);
  if (found === undefined) {
    throw new QueryError(`Cannot read versions of flow ${quoted(flow)}: no trace of it is stored`, {
      code: "ERR_QUERY_UNKNOWN_FLOW",
    });
  }
  const start = after === undefined ? 0 : found.findIndex(({ key }) => isOlder(key, after));
  const page = start === -1 ? [] : found.slice(start, start + place.limit);
  const last = page.at(-1);
  const next = last !== undefined && last !== found.at(-1) ? encodeCursor(scope, last.key) : null;
  return listAnswer("versions", page.map((version) => version.text), found.length, next);
}

/**
 * The distinct versions (major, minor, patch, git_hash) of a flow's traces, newest first.
 *
 * @returns `undefined` when the flow has no traces.
 */
export async function findVersions(
  db: QueryDatabase,
  flow: string,
): Promise<readonly FoundVersion[] | undefined> {
  const found = new Map<string, FoundVersion>();
  let after: readonly [string, string] | undefined;
  for (let scanned = 0; scanned < MAX_CANDIDATES;) {
    const page: { readonly rows: readonly CandidateRow[]; readonly hasMore: boolean } = await readPage<
      CandidateRow
    >(
      db,
      candidatePage(flow, after),
    );
    for (const row of page.rows) {
      const text = memberText(row.body, "version");
      const identity = text === undefined ? undefined : versionIdentity(text);
      after = [row.start_ns, row.trace_id];
      if (text !== undefined && identity !== undefined && !found.has(identity)) {
        found.set(identity, { text, key: after });
      }
    }
    scanned += page.rows.length;
    if (!page.hasMore) break;
  }
  if (found.size === 0 && await countOf(db, countTracesSql({ flow })) === 0) return undefined;
  return [...found.values()];
}

function candidatePage(flow: string, after: readonly [string, string] | undefined): PageQuery {
  const params = createSqlParams();
  const name = params.text(columnText(flow));
  const place = after === undefined
    ? ""
    : ` WHERE (t.start_time, t.start_nanos, t.trace_id) < (${params.timeAndNanos(parseSqlNanos(after[0]))}, ${
      params.uuid(after[1])
    })`;
  return {
    columns: [
      "t.trace_id::text AS trace_id",
      `${sqlNanos("t.start_time", "t.start_nanos")} AS start_ns`,
      "coalesce(t.start_body, t.stored_trace) AS body",
    ],
    from: `FROM (SELECT DISTINCT ON (version_key) * FROM (
      SELECT t.trace_id, t.start_time, t.start_nanos, t.start_body, t.stored_trace, ${VERSION_KEY} AS version_key
      FROM tracing.traces t WHERE (t.flow_name = ${name} OR t.flow_id = ${name})
        AND (t.start_body IS NOT NULL OR t.stored_trace IS NOT NULL)
    ) t ORDER BY version_key, ${NEWEST_FIRST}) t${place}`,
    orderBy: NEWEST_FIRST,
    bytes: "octet_length(coalesce(t.start_body, t.stored_trace))",
    params,
    limit: CANDIDATES_PER_READ,
    maxBytes: MAX_PAGE_BYTES,
  };
}

function versionIdentity(text: string): string | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const version = { major: undefined, minor: undefined, patch: undefined, git_hash: null, ...value };
  return JSON.stringify([version.major, version.minor, version.patch, version.git_hash]);
}

function isOlder(key: readonly [string, string], than: readonly string[]): boolean {
  const [startNs = "", traceId = ""] = than;
  if (key[0] === startNs) return key[1] < traceId;
  const [a, b] = [parseSqlNanos(key[0]), parseSqlNanos(startNs)];
  return a.unixSeconds < b.unixSeconds || (a.unixSeconds === b.unixSeconds && a.nanos < b.nanos);
}
