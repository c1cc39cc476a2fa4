import assert from "node:assert/strict";
import { newUuid } from "@reflow/shared/ids";
import { memberText } from "@reflow/shared/json";
import { closeLostStreams } from "./mod.ts";
import { createCheck, pick, type TestStore } from "./_ingest_fixture.ts";
import {
  endLine,
  eventLine,
  eventText,
  lostLine,
  newStream,
  startFrame,
  storeLine,
  traceLine,
} from "./_records.ts";

/** What ingest must make of the records of a trace, on every database. */
export function describeTraces(name: string, open: () => Promise<TestStore>): void {
  const check = createCheck(name, open);

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

  check("closeLostStreams() ends traces of central processes that fell silent", async (fixture) => {
    const { database, ingest, stream, trace, send } = fixture;
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
