import type { StreamId } from "@reflow/shared/ids";
import type { Database, Queryable } from "../store/mod.ts";
import { END_LOST_TRACES } from "./trace_sql.ts";

/** Streams closed by one call; the next call takes the next. */
const MAX_STREAMS = 1000;

/** Says that the writer of these streams lives. Streams without a record yet have no row, and need none. */
export async function heartbeat(database: Queryable, streams: readonly StreamId[]): Promise<void> {
  if (streams.length === 0) return;
  await database.query(
    `UPDATE tracing.streams SET last_seen_at = now()
      WHERE (stream_id, collector_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
    [streams.map(({ stream }) => stream), streams.map(({ collector }) => collector)],
  );
}

/**
 * Ends the traces of streams that central processes wrote and no longer keep alive: such a process was killed, and
 * with it every connection that it had. The traces end when the stream was last seen.
 *
 * @param options.olderThanMs silence after which a process counts as gone; several times the heartbeat.
 * @returns how many streams were closed. Several processes may ask at once.
 * @throws StoreError.
 */
export async function closeLostStreams(
  database: Database,
  options: { readonly olderThanMs: number },
): Promise<number> {
  return await database.transaction(async (tx) => {
    const streams = await tx.query<{ stream: string; collector: string; last_seen: string }>(
      `UPDATE tracing.streams SET lost_at = now()
        WHERE (stream_id, collector_id) IN (
          SELECT stream_id, collector_id FROM tracing.streams
           WHERE kind = 'central' AND lost_at IS NULL
             AND last_seen_at < now() - make_interval(secs => $1::float8 / 1000)
           ORDER BY stream_id LIMIT ${MAX_STREAMS} FOR UPDATE SKIP LOCKED)
        RETURNING stream_id::text AS stream, collector_id::text AS collector, last_seen_at::text AS last_seen`,
      [options.olderThanMs],
    );
    for (const { stream, collector, last_seen } of streams) {
      await tx.query(`${END_LOST_TRACES} t.stream_id = $2 AND t.collector_id = $3`, [
        last_seen,
        stream,
        collector,
      ]);
    }
    return streams.length;
  });
}
