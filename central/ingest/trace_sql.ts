/** The columns of `traceRow`, as `json_to_recordset` reads them. */
const COLUMNS = [
  ["trace_id", "uuid"],
  ["origin", "text"],
  ["collector_id", "uuid"],
  ["stream_id", "uuid"],
  ["session", "bigint"],
  ["execution_id", "uuid"],
  ["flow_name", "text"],
  ["flow_id", "text"],
  ["service", "text"],
  ["environment", "text"],
  ["host", "text"],
  ["labels", "jsonb"],
  ["start_time", "timestamptz"],
  ["start_nanos", "smallint"],
  ["end_time", "timestamptz"],
  ["end_nanos", "smallint"],
  ["status", "text"],
  ["error", "text"],
  ["end_reason", "text"],
  ["event_count", "bigint"],
  ["failure_count", "bigint"],
  ["first_error", "text"],
  ["start_body", "text"],
  ["stored_trace", "text"],
  ["received_at", "timestamptz"],
] as const;

const NAMES = COLUMNS.map(([name]) => name).join(", ");

/** A trace record tells names; `new` is the row that the batch would have inserted. */
const OPENED = "t.origin = 'session' AND new.execution_id IS NOT NULL";
/** The start is known better than before: by its StartTrace, or because nothing but a stub was there. */
const START_KNOWN = `${OPENED} AND (new.start_body IS NOT NULL OR t.execution_id IS NULL)`;
/** A stored trace keeps its own end and status. */
const ENDED = "t.origin = 'session' AND new.end_time IS NOT NULL";

const RULES = {
  execution_id: OPENED,
  flow_name: OPENED,
  service: OPENED,
  environment: OPENED,
  host: OPENED,
  labels: OPENED,
  flow_id: START_KNOWN,
  start_time: START_KNOWN,
  start_nanos: START_KNOWN,
  end_time: ENDED,
  end_nanos: ENDED,
  status: ENDED,
  error: ENDED,
  end_reason: ENDED,
} as const;

/**
 * Inserts rows given as one JSON list (`$1`), or adds each to what is known of its trace. Gives what live subscribers
 * ask about.
 */
export const UPSERT_TRACES = `
INSERT INTO tracing.traces AS t (${NAMES})
SELECT ${NAMES} FROM json_to_recordset($1::text::json) AS rows (${
  COLUMNS.map((column) => column.join(" ")).join(", ")
})
ON CONFLICT (trace_id) DO UPDATE SET
${
  Object.entries(RULES).map(([name, rule]) =>
    `  ${name} = CASE WHEN ${rule} THEN new.${name} ELSE t.${name} END,`
  ).join("\n").replaceAll("new.", "EXCLUDED.")
}
  event_count = t.event_count + EXCLUDED.event_count,
  failure_count = t.failure_count + EXCLUDED.failure_count,
  first_error = COALESCE(t.first_error, EXCLUDED.first_error),
  start_body = COALESCE(EXCLUDED.start_body, t.start_body)
RETURNING trace_id::text, flow_name, flow_id, status, error`;

/**
 * Ends open traces of sessions whose writer is gone, in a statement that goes on with a WHERE clause on `t`.
 * `$1` is the time of the end.
 */
export const END_LOST_TRACES = `
UPDATE tracing.traces AS t SET
  end_time = $1::timestamptz,
  end_nanos = 0,
  status = CASE WHEN t.failure_count > 0 THEN 'Failed' ELSE 'Cancelled' END,
  error = CASE WHEN t.failure_count > 0 THEN COALESCE(t.first_error, '') END,
  end_reason = 'lost'
WHERE t.end_time IS NULL AND t.origin = 'session' AND `;

/** Removes traces (`$1`, ids) with all that belongs to them. */
export const REMOVE_TRACES = `
WITH removed AS (
  DELETE FROM tracing.traces WHERE trace_id = ANY ($1::uuid[]) RETURNING trace_id
), removed_actors AS (
  DELETE FROM tracing.trace_actors WHERE trace_id IN (SELECT trace_id FROM removed)
)
DELETE FROM tracing.events WHERE trace_id IN (SELECT trace_id FROM removed)`;
