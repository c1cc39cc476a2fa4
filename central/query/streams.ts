import type { PageQuery } from "./bounded_page.ts";
import type { QueryDatabase } from "./database.ts";
import { formatSqlNanos, parseSqlNanos, sqlNanos } from "./instant.ts";
import { type ListPlace, readList } from "./read_list.ts";
import { createSqlParams } from "./sql_params.ts";

interface StreamRow {
  readonly collector_id: string;
  readonly stream_id: string;
  readonly watermark: string;
  readonly records_stored: string;
  readonly records_dead: string;
  readonly records_dropped: string;
  /** JSON object. */
  readonly dropped_by_reason: string;
  readonly events_stored: string;
  readonly first_ns: string;
  readonly last_ns: string;
  readonly lost_ns: string | null;
}

const STREAM_COUNTS = [
  "watermark",
  "records_stored",
  "records_dead",
  "records_dropped",
  "events_stored",
] as const;

const STREAM_COLUMNS = [
  ...["collector_id", "stream_id", ...STREAM_COUNTS, "dropped_by_reason"].map((name) =>
    `s.${name}::text AS ${name}`
  ),
  `${sqlNanos("s.first_seen_at")} AS first_ns`,
  `${sqlNanos("s.last_seen_at")} AS last_ns`,
  `${sqlNanos("s.lost_at")} AS lost_ns`,
];

/** A page of streams with watermark and ledger, as JSON text; the newest stream comes first. */
export function listStreams(db: QueryDatabase, place: ListPlace): Promise<string> {
  return readList<StreamRow>(db, {
    name: "streams",
    filter: {},
    cursor: place.cursor,
    keyShape: ["nanos", "uuid", "uuid"],
    page: (after) => streamPage(after, place.limit),
    count: { sql: "SELECT count(*)::text AS total FROM tracing.streams", params: [] },
    keyOf: (row) => [row.first_ns, row.stream_id, row.collector_id],
    itemOf: streamItem,
  });
}

// By first_seen_at, which never changes: by last_seen_at a stream could jump over the page being read.
function streamPage(after: readonly string[] | undefined, limit: number): PageQuery {
  const params = createSqlParams();
  const [firstNs, streamId, collectorId] = after ?? [];
  const where = firstNs === undefined || streamId === undefined || collectorId === undefined
    ? ""
    : ` WHERE (s.first_seen_at, s.stream_id, s.collector_id) < (${params.time(parseSqlNanos(firstNs))}, ${
      params.uuid(streamId)
    }, ${params.uuid(collectorId)})`;
  return {
    columns: STREAM_COLUMNS,
    from: `FROM tracing.streams s${where}`,
    orderBy: "s.first_seen_at DESC, s.stream_id DESC, s.collector_id DESC",
    bytes: "pg_column_size(s.dropped_by_reason)",
    params,
    limit,
  };
}

function streamItem(row: StreamRow): string {
  const ids = { collector_id: row.collector_id, stream_id: row.stream_id };
  const counts = STREAM_COUNTS.map((name) => `"${name}":${row[name]}`);
  const times = {
    first_seen_at: formatSqlNanos(row.first_ns),
    last_seen_at: formatSqlNanos(row.last_ns),
    lost_at: row.lost_ns === null ? null : formatSqlNanos(row.lost_ns),
  };
  return `{${JSON.stringify(ids).slice(1, -1)},${
    counts.join(",")
  },"dropped_by_reason":${row.dropped_by_reason},${JSON.stringify(times).slice(1, -1)}}`;
}
