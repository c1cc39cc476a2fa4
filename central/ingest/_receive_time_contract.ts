import assert from "node:assert/strict";
import { newUuid } from "@reflow/shared/ids";
import { nullLogger } from "@reflow/shared/telemetry";
import type { TestStore } from "./_ingest_fixture.ts";
import { createIngest } from "./mod.ts";
import {
  batch,
  block,
  endLine,
  eventLine,
  eventText,
  line,
  lostLine,
  newStream,
  traceLine,
} from "./_records.ts";

/** Years 10000 and 33658, which `Date` writes with a sign, and the largest that an envelope can hold among them. */
const FAR_TIMES_MS = [0, 253_402_300_799_999, 253_402_300_800_000, 999_999_999_999_999];

/** What ingest must do on every database with envelopes of a clock that is wrong. */
export function describeReceiveTimes(name: string, open: () => Promise<TestStore>): void {
  Deno.test.each(FAR_TIMES_MS.map((ms) => [ms] as const))(
    `${name}: ingestBatch() stores records and dead letters that were received at %s ms`,
    async (ms) => {
      await using store = await open();
      const ingest = createIngest({ database: store.database, log: nullLogger });
      const stream = newStream();
      const id = newUuid();
      const lines = [
        traceLine(id),
        eventLine(id, eventText(1)),
        endLine(id, { endedAtMs: ms }),
        line("event", id, "nonsense"),
        lostLine(ms),
      ].map((text) => text.replace(/^([A-Z])\d+/, `$1${ms}`));
      const result = await ingest.ingestBatch(stream, batch(block(0, lines)));
      assert.deepEqual(result, { kind: "accepted", watermark: lines.length });
      const [counts] = await store.database.query<Record<string, unknown>>(
        `SELECT records_stored::int AS stored, records_dead::int AS dead FROM tracing.streams
          WHERE stream_id = $1`,
        [stream.stream],
      );
      assert.deepEqual({ ...counts }, { stored: lines.length - 1, dead: 1 });
    },
  );
}
