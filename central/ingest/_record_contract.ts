import assert from "node:assert/strict";
import { newUuid, type Uuid } from "@reflow/shared/ids";
import { elementSpans, memberText, withoutMember } from "@reflow/shared/json";
import { parseRequest } from "@reflow/shared/protocol";
import { createCheck, pick, type TestStore } from "./_ingest_fixture.ts";
import { block, eventLine, eventText, line, traceLine } from "./_records.ts";

const SAMPLES = new URL("../../tests/fixtures/reflow-samples.ndjson", import.meta.url);

/** What must become of each single record, on every database. */
export function describeRecords(name: string, open: () => Promise<TestStore>): void {
  const check = createCheck(name, open);

  check("records that cannot be understood become dead letters", async (fixture) => {
    const { ingest, stream, database, ledger, texts } = fixture;
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
}
