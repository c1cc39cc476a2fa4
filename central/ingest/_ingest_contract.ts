import assert from "node:assert/strict";
import fc from "fast-check";
import { newUuid, type StreamId, type Uuid } from "@reflow/shared/ids";
import { elementSpans, memberText, withoutMember } from "@reflow/shared/json";
import { parseRequest } from "@reflow/shared/protocol";
import { nullLogger } from "@reflow/shared/telemetry";
import type { Database } from "../store/mod.ts";
import { closeLostStreams, createIngest, type Ingest, type NewEvent } from "./mod.ts";
import {
  batch,
  block,
  endLine,
  eventLine,
  eventText,
  gap,
  line,
  lostLine,
  newStream,
  startFrame,
  storeLine,
  traceLine,
} from "./_records.ts";

/** A migrated database for one test; other tests may have left their own streams in it. */
export interface TestStore extends AsyncDisposable {
  readonly database: Database;
}

interface Bench {
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

const SAMPLES = new URL("../../tests/fixtures/reflow-samples.ndjson", import.meta.url);

/** What ingest must do on every database. */
export function describeIngest(name: string, open: () => Promise<TestStore>): void {
  function check(what: string, body: (bench: Bench) => Promise<void>): void {
    Deno.test(`${name}: ${what}`, async () => {
      await using store = await open();
      await body(benchOn(store.database));
    });
  }

  check(
    "ingestBatch() stores a trace from its start to its end",
    async ({ send, trace, texts, ledger, heard }) => {
      const id = newUuid();
      const [first, failed] = [eventText(1), eventText(2, { type: "ActorFailed", error: "boom" })];
      await send(traceLine(id, startFrame("flow-1")), eventLine(id, first));
      assert.deepEqual(await trace(id), {
        origin: "session",
        session: "7",
        flow_name: "orders",
        flow_id: "flow-1",
        service: "shop",
        labels: `{"team": "a"}`,
        start: "1763849699123456",
        start_nanos: 789,
        ended: null,
        status: "Running",
        error: null,
        end_reason: null,
        event_count: "1",
        failure_count: "0",
        start_body: memberText(startFrame("flow-1"), "StartTrace"),
        stored_trace: null,
      });
      await send(eventLine(id, failed), endLine(id, { status: "Failed", error: "boom" }));
      assert.deepEqual(pick(await trace(id), "ended", "status", "error", "end_reason", "failure_count"), {
        ended: "1763849701000000",
        status: "Failed",
        error: "boom",
        end_reason: "disconnected",
        failure_count: "1",
      });
      assert.deepEqual(await texts(id), [first, failed]);
      assert.deepEqual(await ledger(), {
        watermark: "4",
        stored: "4",
        dead: "0",
        dropped: "0",
        reasons: "{}",
        events: "2",
      });
      assert.deepEqual(heard.map((event) => [event.text, event.flowName, event.flowId, event.status.name]), [
        [first, "orders", "flow-1", "Running"],
        [failed, "orders", "flow-1", "Failed"],
      ]);
    },
  );

  check(
    "a provisional trace is adopted, and a stub of one whose record was dropped",
    async ({ send, trace }) => {
      const [provisional, stub] = [newUuid(), newUuid()];
      await send(
        traceLine(provisional, "", { firstEventTime: "2025-11-22T22:15:00.000000001Z" }),
        eventLine(provisional, eventText(1)),
        eventLine(stub, eventText(5)),
      );
      const names = ["flow_name", "flow_id", "start", "start_nanos", "event_count", "status"] as const;
      const start = { start: "1763849700000000", event_count: "1", status: "Running", flow_id: "" };
      assert.deepEqual(pick(await trace(provisional), ...names), {
        ...start,
        flow_name: "orders",
        start_nanos: 1,
      });
      assert.deepEqual(pick(await trace(stub), ...names), { ...start, flow_name: null, start_nanos: 5 });
      await send(
        traceLine(provisional, startFrame("late")),
        traceLine(stub, startFrame("late", "2025-11-22T22:15:00Z")),
      );
      const adopted = { flow_name: "orders", flow_id: "late", event_count: "1", status: "Running" };
      assert.deepEqual(pick(await trace(provisional), ...names), {
        ...adopted,
        start: "1763849699123456",
        start_nanos: 789,
      });
      assert.deepEqual(pick(await trace(stub), ...names), {
        ...adopted,
        start: "1763849700000000",
        start_nanos: 0,
      });
      await send(traceLine(stub, ""));
      assert.equal((await trace(stub))?.["flow_id"], "late");
    },
  );

  check(
    "an end that comes again with another status wins, and later events are kept",
    async ({ send, trace, texts }) => {
      const id = newUuid();
      const late = eventText(9, { type: "ActorFailed", error: "late" });
      await send(traceLine(id), endLine(id));
      assert.equal((await trace(id))?.["status"], "Completed");
      await send(eventLine(id, late), endLine(id, { status: "Failed", error: "late" }));
      assert.deepEqual(pick(await trace(id), "status", "error"), { status: "Failed", error: "late" });
      assert.deepEqual(await texts(id), [late]);
    },
  );

  check("a lost writer ends its open traces by what they had seen", async ({ send, trace, ledger }) => {
    const [quiet, failing, done, reopened] = [newUuid(), newUuid(), newUuid(), newUuid()];
    await send(
      ...[quiet, failing, done].map((id) => traceLine(id)),
      eventLine(failing, eventText(1, { type: "ActorFailed", error: "first" })),
      endLine(done),
    );
    await send(
      eventLine(failing, eventText(2, { type: "ActorFailed", error: "second" })),
      lostLine(),
      traceLine(reopened),
      eventLine(quiet, eventText(3)),
    );
    const names = ["status", "error", "end_reason", "event_count"] as const;
    const lost = { end_reason: "lost" };
    assert.deepEqual(pick(await trace(quiet), ...names), {
      ...lost,
      status: "Cancelled",
      error: null,
      event_count: "1",
    });
    assert.deepEqual(pick(await trace(failing), ...names), {
      ...lost,
      status: "Failed",
      error: "first",
      event_count: "2",
    });
    assert.equal((await trace(done))?.["end_reason"], "disconnected");
    assert.equal((await trace(reopened))?.["status"], "Running");
    await send(lostLine());
    assert.equal((await trace(reopened))?.["status"], "Cancelled");
    assert.equal((await ledger())["watermark"], "10");
  });

  check(
    "StoreTrace replaces what was there, in the order of the records",
    async ({ send, trace, texts, heard }) => {
      const id = newUuid();
      const [a, b, c, d] = [eventText(3), eventText(1), eventText(2), eventText(4)];
      await send(traceLine(id), eventLine(id, a));
      await send(storeLine(id, [b, c]), endLine(id, { status: "Cancelled" }));
      assert.deepEqual(pick(await trace(id), "origin", "status", "event_count", "end_reason", "ended"), {
        origin: "stored",
        status: "Completed",
        event_count: "2",
        end_reason: null,
        ended: null,
      });
      assert.deepEqual(await texts(id), [b, c]);
      await send(
        storeLine(id, [a]),
        eventLine(id, d),
        storeLine(id, [c, b, a], `{"Failed":{"error":"x\\u0000"}}`),
      );
      assert.deepEqual(await texts(id), [c, b, a]);
      assert.deepEqual(pick(await trace(id), "status", "error", "event_count", "start_nanos"), {
        status: "Failed",
        error: "x\ufffd",
        event_count: "3",
        start_nanos: 1,
      });
      await send(eventLine(id, d));
      assert.deepEqual(await texts(id), [c, b, a, d]);
      assert.deepEqual(heard.map((event) => event.text), [a, d, d]);
    },
  );

  check("a batch above the watermark is a gap and leaves nothing", async ({ ingest, stream, ledger }) => {
    const id = newUuid();
    const sent = block(3, [eventLine(id, eventText(1))]);
    assert.deepEqual(await ingest.ingestBatch(stream, sent), { kind: "gap", expected: 0 });
    assert.deepEqual(await ledger(), {});
    assert.equal(await ingest.watermark(stream), 0);
    const declared = await ingest.ingestBatch(stream, batch(gap(0, 3), sent));
    assert.deepEqual(declared, { kind: "accepted", watermark: 4 });
    assert.deepEqual(await ledger(), {
      watermark: "4",
      stored: "1",
      dead: "0",
      dropped: "3",
      reasons: `{"disk_full": 3}`,
      events: "1",
    });
  });

  check("records that cannot be understood become dead letters", async (bench) => {
    const { ingest, stream, database, ledger, texts } = bench;
    const id = newUuid();
    const good = eventText(1);
    const lines = [
      "",
      "E12\tgarbage",
      line("event", id, "not json\0"),
      line("event", id, `{"RecordEvent":{"trace_id":"x","event":{}}}`),
      eventLine(id, good),
      line("end", id, `{"reason":"disconnected","status":"Great","endedAtMs":1}`),
      line("trace", id, "[]\t"),
      line("store", id, `{}\t{"StoreTrace":{}}`),
      line("lost", id, `{"endedAtMs":1e99}`),
    ];
    assert.deepEqual(await ingest.ingestBatch(stream, block(0, lines)), { kind: "accepted", watermark: 9 });
    assert.deepEqual(pick(await ledger(), "stored", "dead"), { stored: "1", dead: "8" });
    assert.deepEqual(await texts(id), [good]);
    const letters = await database.query<{ sequence: string; record: string }>(
      `SELECT sequence, encode(record, 'hex') AS record FROM tracing.dead_letters
        WHERE stream_id = $1 AND reason <> '' ORDER BY sequence`,
      [stream.stream],
    );
    const kept = letters.map(({ sequence, record }) => [
      Number(sequence),
      new TextDecoder().decode(Uint8Array.fromHex(record)),
    ]);
    assert.deepEqual(kept, lines.flatMap((text, index) => index === 4 ? [] : [[index, text]]));
  });

  check(
    "a record that the database refuses costs itself",
    async ({ database, ingest, stream, ledger, texts }) => {
      const id = newUuid();
      const actor = `poison-${id}`;
      await database.query(
        `ALTER TABLE tracing.events ADD CONSTRAINT "no ${id}" CHECK (actor_id <> '${actor}')`,
      );
      const events = Array.from({ length: 20 }, (_, n) => eventText(n, n === 13 ? { actor } : {}));
      const result = await ingest.ingestBatch(stream, block(0, events.map((event) => eventLine(id, event))));
      assert.deepEqual(result, { kind: "accepted", watermark: 20 });
      assert.deepEqual(pick(await ledger(), "stored", "dead", "events"), {
        stored: "19",
        dead: "1",
        events: "19",
      });
      assert.deepEqual(await texts(id), events.filter((_, n) => n !== 13));
      const [letter] = await database.query<{ sequence: string; reason: string }>(
        "SELECT sequence, reason FROM tracing.dead_letters WHERE stream_id = $1",
        [stream.stream],
      );
      assert.equal(letter?.sequence, "13");
      assert.match(letter?.reason ?? "", /check constraint/);
      await database.query(`ALTER TABLE tracing.events DROP CONSTRAINT "no ${id}"`);
    },
  );

  check("every sample frame is stored losslessly", async ({ send, texts, database }) => {
    const frames = (await Deno.readTextFile(SAMPLES)).trimEnd().split("\n");
    const expected = new Map<Uuid, string[]>();
    for (const frame of frames) {
      const request = parseRequest(frame);
      const id = newUuid();
      if (request.kind === "record_event") {
        expected.set(id, [memberText(memberText(frame, "RecordEvent") ?? "", "event") ?? ""]);
        await send(line("event", id, frame));
      } else if (request.kind === "store_trace") {
        const trace = memberText(memberText(frame, "StoreTrace") ?? "", "trace") ?? "";
        const events = memberText(trace, "events") ?? "[]";
        expected.set(id, elementSpans(events).map(({ start, end }) => events.slice(start, end)));
        await send(line("store", id, `{}\t${frame}`));
        const [row] = await database.query<{ stored_trace: string }>(
          "SELECT stored_trace FROM tracing.traces WHERE trace_id = $1",
          [id],
        );
        assert.equal(row?.stored_trace, withoutMember(trace, "events"));
      } else if (request.kind === "start_trace") {
        await send(traceLine(id, frame));
        const [row] = await database.query<{ start_body: string }>(
          "SELECT start_body FROM tracing.traces WHERE trace_id = $1",
          [id],
        );
        assert.equal(row?.start_body, memberText(frame, "StartTrace"));
      }
    }
    assert.ok(expected.size > 50);
    for (const [id, events] of expected) assert.deepEqual(await texts(id), events);
  });

  check(
    "each record is stored once, however batches overlap, repeat and come out of order",
    async ({ database }) => {
      const plan = fc.record({
        kinds: fc.array(fc.constantFrom("event", "event", "event", "dead", "gap"), {
          minLength: 1,
          maxLength: 40,
        }),
        sends: fc.array(fc.record({ from: fc.nat(39), length: fc.nat(15), cut: fc.nat(15) }), {
          maxLength: 12,
        }),
      });
      await fc.assert(
        fc.asyncProperty(plan, async ({ kinds, sends }) => {
          const { ingest, stream, texts, ledger, heard } = benchOn(database);
          const id = newUuid();
          const events = kinds.map((_, n) => eventText(n));
          // A gap is one sequence long here, so that any cut is a batch.
          const part = (from: number, to: number): Uint8Array[] => {
            const blocks: Uint8Array[] = [];
            for (let n = from; n < to; n++) {
              const kind = kinds[n];
              if (kind === "gap") blocks.push(gap(n, 1));
              else blocks.push(block(n, [kind === "dead" ? "?" : eventLine(id, events[n] ?? "")]));
            }
            return blocks;
          };
          let watermark = 0;
          const all = [...sends, { from: 0, length: kinds.length, cut: kinds.length }];
          for (const { from, length, cut } of all) {
            const start = Math.min(from, kinds.length - 1);
            const end = Math.min(start + Math.max(length, 1), kinds.length);
            const middle = Math.min(start + cut, end);
            const result = await ingest.ingestBatch(
              stream,
              batch(...part(start, middle), ...part(middle, end)),
            );
            if (start > watermark) assert.deepEqual(result, { kind: "gap", expected: watermark });
            else {
              watermark = Math.max(watermark, end);
              assert.deepEqual(result, { kind: "accepted", watermark });
            }
          }
          const stored = events.filter((_, n) => kinds[n] === "event");
          assert.deepEqual(await texts(id), stored);
          assert.deepEqual(heard.map((event) => event.text), stored);
          const count = (kind: string) => String(kinds.filter((other) => other === kind).length);
          assert.deepEqual(pick(await ledger(), "watermark", "stored", "dead", "dropped"), {
            watermark: String(kinds.length),
            stored: count("event"),
            dead: count("dead"),
            dropped: count("gap"),
          });
        }),
        { numRuns: 25 },
      );
    },
  );

  check("the same batch sent many times at once is stored once", async ({ ingest, stream, texts }) => {
    const id = newUuid();
    const events = Array.from({ length: 50 }, (_, n) => eventText(n));
    const bytes = block(0, events.map((event) => eventLine(id, event)));
    const results = await Promise.all(Array.from({ length: 5 }, () => ingest.ingestBatch(stream, bytes)));
    assert.deepEqual(results, Array(5).fill({ kind: "accepted", watermark: 50 }));
    assert.deepEqual(await texts(id), events);
  });

  check(
    "a gap that is longer than a batch's rest is cut at the watermark",
    async ({ ingest, stream, ledger }) => {
      await ingest.ingestBatch(stream, gap(0, 5, "a"));
      assert.deepEqual(await ingest.ingestBatch(stream, gap(2, 10, "b")), {
        kind: "accepted",
        watermark: 12,
      });
      assert.deepEqual(pick(await ledger(), "dropped", "reasons"), {
        dropped: "12",
        reasons: `{"a": 5, "b": 7}`,
      });
    },
  );

  check("closeLostStreams() ends traces of central processes that fell silent", async (bench) => {
    const { database, ingest, stream, trace, send } = bench;
    const [own, collectors] = [newUuid(), newUuid()];
    const silent = newStream();
    await ingest.ingestLines(silent, { firstSequence: 0, lines: [traceLine(own)] });
    await send(traceLine(collectors));
    await database.query(
      "UPDATE tracing.streams SET last_seen_at = '2025-11-22 22:20:00+00' WHERE stream_id = ANY ($1::uuid[])",
      [[silent.stream, stream.stream]],
    );
    await closeLostStreams(database, { olderThanMs: 60_000 });
    assert.deepEqual(pick(await trace(own), "status", "end_reason", "ended"), {
      status: "Cancelled",
      end_reason: "lost",
      ended: "1763850000000000",
    });
    assert.equal((await trace(collectors))?.["status"], "Running");
    assert.equal(await closeLostStreams(database, { olderThanMs: 60_000 }), 0);
  });
}

function benchOn(database: Database): Bench {
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

function pick(
  row: Record<string, unknown> | undefined,
  ...names: readonly string[]
): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, row?.[name]]));
}
