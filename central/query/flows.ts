import type { PageQuery } from "./bounded_page.ts";
import type { QueryDatabase } from "./database.ts";
import { formatSqlNanos } from "./instant.ts";
import { type ListPlace, readList } from "./read_list.ts";
import { createSqlParams } from "./sql_params.ts";

/** A flow and its traces in numbers. */
interface FlowRow {
  readonly flow: string;
  readonly named: string;
  readonly trace_count: string;
  readonly running_count: string;
  readonly completed_count: string;
  readonly failed_count: string;
  readonly event_count: string;
  readonly first_ns: string;
  readonly last_ns: string;
  /** JSON array. */
  readonly services: string;
}

/** Services that a flow's entry names at most. */
const MAX_SERVICES = 20;

// A program without a name in its URL gets a new flow_id each run: such a run is a flow of its own.
const GROUPS = `SELECT coalesce(t.flow_name, t.flow_id) AS flow, (t.flow_name IS NOT NULL)::int AS named,
    count(*) AS trace_count,
    count(*) FILTER (WHERE t.status = 'Running') AS running_count,
    count(*) FILTER (WHERE t.status = 'Completed') AS completed_count,
    count(*) FILTER (WHERE t.status = 'Failed') AS failed_count,
    sum(t.event_count) AS event_count,
    min(trunc(extract(epoch FROM t.start_time) * 1000000000 + t.start_nanos)) AS first_ns,
    max(trunc(extract(epoch FROM t.start_time) * 1000000000 + t.start_nanos)) AS last_ns,
    coalesce((array_agg(DISTINCT t.service) FILTER (WHERE t.service IS NOT NULL))[1:${MAX_SERVICES}],
      '{}') AS services
  FROM tracing.traces t GROUP BY 1, 2`;

const COLUMNS = [
  "f.flow",
  ...[
    "named",
    "trace_count",
    "running_count",
    "completed_count",
    "failed_count",
    "event_count",
    "first_ns",
    "last_ns",
  ].map((name) => `f.${name}::text AS ${name}`),
  "to_json(f.services)::text AS services",
];

const COUNT = {
  sql: `SELECT count(*)::text AS total FROM (SELECT DISTINCT coalesce(t.flow_name, t.flow_id),
    t.flow_name IS NOT NULL FROM tracing.traces t) f`,
  params: [],
};

/** A page of flows as JSON text; the one that ran last comes first. */
export function listFlows(
  db: QueryDatabase,
  place: ListPlace,
): Promise<string> {
  return readList<FlowRow>(db, {
    name: "flows",
    filter: {},
    cursor: place.cursor,
    keyShape: ["nanos", "integer", "text"],
    page: (after) => flowPage(after, place.limit),
    count: COUNT,
    keyOf: (row) => [row.last_ns, row.named, row.flow],
    itemOf: flowItem,
  });
}

function flowPage(after: readonly string[] | undefined, limit: number): PageQuery {
  const params = createSqlParams();
  const [lastNs, named, flow] = after ?? [];
  const where = lastNs === undefined || named === undefined || flow === undefined
    ? ""
    : ` WHERE (f.last_ns, f.named, f.flow COLLATE "C") < (${params.numeric(lastNs)}, ${
      params.bigint(named)
    }, ${params.text(flow)})`;
  return {
    columns: COLUMNS,
    from: `FROM (${GROUPS}) f${where}`,
    orderBy: `f.last_ns DESC, f.named DESC, f.flow COLLATE "C" DESC`,
    bytes: "octet_length(f.flow)",
    params,
    limit,
  };
}

function flowItem(row: FlowRow): string {
  const isNamed = row.named === "1";
  const names = {
    flow: row.flow,
    flow_name: isNamed ? row.flow : null,
    flow_id: isNamed ? null : row.flow,
    first_start_time: formatSqlNanos(row.first_ns),
    last_start_time: formatSqlNanos(row.last_ns),
  };
  const counts = (["trace_count", "running_count", "completed_count", "failed_count", "event_count"] as const)
    .map((name) => `"${name}":${row[name]}`);
  return `{${JSON.stringify(names).slice(1, -1)},${counts.join(",")},"services":${row.services}}`;
}
