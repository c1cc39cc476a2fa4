import { Buffer } from "node:buffer";
import type { Uuid } from "@reflow/shared/ids";
import type { PageQuery } from "./bounded_page.ts";
import type { QueryDatabase, Statement } from "./database.ts";
import { formatSqlNanos, parseSqlNanos, sqlNanos } from "./instant.ts";
import { type ListPlace, readList } from "./read_list.ts";
import { createSqlParams } from "./sql_params.ts";

interface DeadLetterRow {
  readonly collector_id: string;
  readonly stream_id: string;
  readonly sequence: string;
  readonly reason: string;
  readonly record_base64: string;
  readonly received_ns: string;
}

/** A page of dead letters as JSON text; the newest comes first. */
export function listDeadLetters(
  db: QueryDatabase,
  filter: { readonly stream?: Uuid | undefined },
  place: ListPlace,
): Promise<string> {
  return readList<DeadLetterRow>(db, {
    name: "dead_letters",
    filter,
    cursor: place.cursor,
    keyShape: ["nanos", "uuid", "uuid", "integer"],
    page: (after) => deadLetterPage(filter.stream, after, place.limit),
    count: countDeadLetters(filter.stream),
    keyOf: (row) => [row.received_ns, row.stream_id, row.collector_id, row.sequence],
    itemOf: deadLetterItem,
  });
}

function countDeadLetters(stream: Uuid | undefined): Statement {
  const params = createSqlParams();
  const where = stream === undefined ? "" : ` WHERE d.stream_id = ${params.uuid(stream)}`;
  return { sql: `SELECT count(*)::text AS total FROM tracing.dead_letters d${where}`, params: params.values };
}

function deadLetterPage(
  stream: Uuid | undefined,
  after: readonly string[] | undefined,
  limit: number,
): PageQuery {
  const params = createSqlParams();
  const conditions = stream === undefined ? [] : [`d.stream_id = ${params.uuid(stream)}`];
  const [receivedNs, streamId, collectorId, sequence] = after ?? [];
  if (
    receivedNs !== undefined && streamId !== undefined && collectorId !== undefined && sequence !== undefined
  ) {
    conditions.push(
      `(d.received_at, d.stream_id, d.collector_id, d.sequence) < (${
        params.time(parseSqlNanos(receivedNs))
      }, ${params.uuid(streamId)}, ${params.uuid(collectorId)}, ${params.bigint(sequence)})`,
    );
  }
  return {
    columns: [
      ...["collector_id", "stream_id", "sequence"].map((name) => `d.${name}::text AS ${name}`),
      "d.reason",
      "encode(d.record, 'base64') AS record_base64",
      `${sqlNanos("d.received_at")} AS received_ns`,
    ],
    from: `FROM tracing.dead_letters d${conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`}`,
    orderBy: "d.received_at DESC, d.stream_id DESC, d.collector_id DESC, d.sequence DESC",
    bytes: "octet_length(d.record)",
    params,
    limit,
  };
}

function deadLetterItem(row: DeadLetterRow): string {
  const bytes = Buffer.from(row.record_base64, "base64");
  const record = bytes.toString("utf8");
  // The text replaces what is not UTF-8; only then are the bytes needed beside it.
  const isText = Buffer.from(record, "utf8").equals(bytes);
  const ids = { collector_id: row.collector_id, stream_id: row.stream_id };
  const rest = {
    reason: row.reason,
    record,
    record_base64: isText ? null : bytes.toString("base64"),
    received_at: formatSqlNanos(row.received_ns),
  };
  return `{${JSON.stringify(ids).slice(1, -1)},"sequence":${row.sequence},${
    JSON.stringify(rest).slice(1, -1)
  }}`;
}
