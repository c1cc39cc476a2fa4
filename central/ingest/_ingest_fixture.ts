import assert from "node:assert/strict";
import type { StreamId, Uuid } from "@reflow/shared/ids";
import { nullLogger } from "@reflow/shared/telemetry";
import type { Database } from "../store/mod.ts";
import { createIngest, type Ingest, type NewEvent } from "./mod.ts";
import { block, newStream } from "./_records.ts";

/** A migrated database for one test; other tests may have left their own streams in it. */
export interface TestStore extends AsyncDisposable {
  readonly database: Database;
}

/** Ingest over a database with a stream of its own, and what it has done to both. */
export interface IngestFixture {
  readonly database: Database;
  readonly ingest: Ingest;
  readonly stream: StreamId;
  readonly heard: NewEvent[];
  /** Sends lines after those sent before and expects them to be taken. */
  readonly send: (...lines: string[]) => Promise<void>;
  readonly trace: (id: Uuid) => Promise<Record<string, unknown> | undefined>;
  readonly texts: (id: Uuid) => Promise<string[]>;
  readonly ledger: () => Promise<Record<string, unknown>>;
}

/** Makes the function that declares one test of ingest, on a database that the test opens and closes. */
export function createCheck(
  name: string,
  open: () => Promise<TestStore>,
): (what: string, body: (fixture: IngestFixture) => Promise<void>) => void {
  return (what, body) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using store = await open();
      await body(createIngestFixture(store.database));
    });
}

/** Makes ingest with a stream of its own; the database stays the caller's. */
export function createIngestFixture(database: Database): IngestFixture {
  const heard: NewEvent[] = [];
  const ingest = createIngest({
    database,
    log: nullLogger,
    onEvents: (events) => void heard.push(...events),
  });
  const stream = newStream();
  let next = 0;
  return {
    database,
    ingest,
    stream,
    heard,
    async send(...lines) {
      const result = await ingest.ingestBatch(stream, block(next, lines));
      next += lines.length;
      assert.deepEqual(result, { kind: "accepted", watermark: next });
      const [row] = await database.query<{ dead: string }>(
        "SELECT records_dead AS dead FROM tracing.streams WHERE stream_id = $1",
        [stream.stream],
      );
      assert.equal(row?.dead, "0");
    },
    async trace(id) {
      const [row] = await database.query<Record<string, unknown>>(
        `SELECT origin, session, flow_name, flow_id, service, labels,
                trunc(extract(epoch FROM start_time) * 1000000)::bigint AS start, start_nanos,
                trunc(extract(epoch FROM end_time) * 1000000)::bigint AS ended,
                status, error, end_reason, event_count, failure_count, start_body, stored_trace
           FROM tracing.traces WHERE trace_id = $1`,
        [id],
      );
      return row === undefined ? undefined : { ...row };
    },
    async texts(id) {
      const rows = await database.query<{ event: string }>(
        "SELECT event FROM tracing.events WHERE trace_id = $1 ORDER BY sequence, position",
        [id],
      );
      return rows.map((row) => row.event);
    },
    async ledger() {
      const [row] = await database.query<Record<string, unknown>>(
        `SELECT watermark, records_stored AS stored, records_dead AS dead, records_dropped AS dropped,
                dropped_by_reason AS reasons, events_stored AS events
           FROM tracing.streams WHERE stream_id = $1`,
        [stream.stream],
      );
      return { ...row };
    },
  };
}

/** Some columns of a row. */
export function pick(
  row: Record<string, unknown> | undefined,
  ...names: readonly string[]
): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, row?.[name]]));
}
