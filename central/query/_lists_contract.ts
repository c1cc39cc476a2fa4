import assert from "node:assert/strict";
import { idOf, readAll, type TestStore, traceRow } from "./_fixture.ts";

/** What the lists of flows, versions, streams and dead letters must do on every database. */
export async function listsContract(t: Deno.TestContext, store: TestStore): Promise<void> {
  const { get, insert } = store;

  await t.step("flows are grouped by name, or by flow_id where there is no name", async () => {
    await store.clear();
    await insert("traces", traceRow(1, { flow_name: "a", flow_id: "run-1", service: "s", status: "Failed" }));
    const later = "2025-11-23 22:15:00.000001+00";
    await insert(
      "traces",
      traceRow(2, { flow_name: "a", flow_id: "run-2", service: "r", start_time: later, start_nanos: "7" }),
    );
    await insert("traces", traceRow(3, { flow_id: "a", status: "Completed", event_count: "3" }));
    await insert("traces", traceRow(4, {}));
    const { json } = await get("/api/v1/flows");
    assert.equal(json["total_count"], 3);
    assert.deepEqual(json["flows"], [
      {
        flow: "a",
        flow_name: "a",
        flow_id: null,
        first_start_time: "2025-11-22T22:15:00Z",
        last_start_time: "2025-11-23T22:15:00.000001007Z",
        trace_count: 2,
        running_count: 1,
        completed_count: 0,
        failed_count: 1,
        event_count: 0,
        services: ["r", "s"],
      },
      ...["a", ""].map((flow) => ({
        flow,
        flow_name: null,
        flow_id: flow,
        first_start_time: "2025-11-22T22:15:00Z",
        last_start_time: "2025-11-22T22:15:00Z",
        trace_count: 1,
        running_count: flow === "" ? 1 : 0,
        completed_count: flow === "" ? 0 : 1,
        failed_count: 0,
        event_count: flow === "" ? 0 : 3,
        services: [],
      })),
    ]);
    for (const limit of [1, 2, 3, 4]) {
      assert.deepEqual(await readAll(store, `/api/v1/flows?limit=${limit}`, "flow"), ["a", "a", ""]);
    }
  });

  await t.step("versions of a flow are distinct, newest first, as sent", async () => {
    await store.clear();
    const body = (flow: string, version: string) => `{"flow_id":"${flow}","version":${version}}`;
    const version = (major: number, second: number, hash = "null") =>
      `{"major":${major},"minor":0,"patch":0, "git_hash":${hash},"timestamp":"2025-11-22T22:15:0${second}Z"}`;
    const runs = [version(1, 0), version(1, 1), version(2, 2), version(1, 3), version(1, 4, `"\\u0000{}"`)];
    for (const [n, text] of runs.entries()) {
      await insert(
        "traces",
        traceRow(n + 1, {
          flow_name: "päy/ments",
          flow_id: `run-${n}`,
          start_body: body(`run-${n}`, text),
          start_time: `2025-11-22 22:15:0${n}+00`,
        }),
      );
    }
    const stored_trace = `{"version":${version(3, 9)},"flow_id":"päy/ments"}`;
    await insert("traces", traceRow(9, { origin: "stored", flow_id: "päy/ments", stored_trace }));
    await insert("traces", traceRow(10, { flow_name: "unstarted" }));
    const path = `/api/v1/flows/${encodeURIComponent("päy/ments")}/versions`;
    const newest = [runs[4], runs[3], runs[2], version(3, 9)];
    assert.equal(
      (await get(path)).body,
      `{"versions":[${newest.join(",")}],"total_count":4,"next_cursor":null}`,
    );
    for (const limit of [1, 2, 3, 4]) {
      assert.deepEqual(await readAll(store, `${path}?limit=${limit}`, "major"), [1, 1, 2, 3]);
    }
    assert.equal((await get("/api/v1/flows/run-2/versions")).json["total_count"], 1);
    assert.equal((await get("/api/v1/flows/unstarted/versions")).json["total_count"], 0);
    const unknown = await get("/api/v1/flows/%22no%22/versions");
    assert.equal(unknown.status, 404);
    assert.ok(unknown.body.includes(`"unknown_flow"`));
  });

  await t.step("streams show watermark and ledger, on any page size", async () => {
    await store.clear();
    for (let n = 0; n < 5; n++) {
      await insert("streams", {
        collector_id: idOf(1),
        stream_id: idOf(n + 20),
        watermark: "9007199254740993",
        records_dropped: "5",
        dropped_by_reason: `{"spool_full": 9007199254740993}`,
        first_seen_at: `2025-11-22 22:15:0${n % 2}.123456+00`,
        last_seen_at: "2025-11-22 22:15:09+00",
        lost_at: n === 0 ? "2025-11-22 22:16:00+00" : null,
      });
    }
    const { body, json } = await get("/api/v1/streams?limit=1");
    assert.equal(json["total_count"], 5);
    const item = body.slice(`{"streams":[`.length, body.indexOf(`],"total_count"`));
    assert.equal(
      item,
      `{"collector_id":"${idOf(1)}","stream_id":"${
        idOf(23)
      }","watermark":9007199254740993,"records_stored":0,` +
        `"records_dead":0,"records_dropped":5,"events_stored":0,` +
        `"dropped_by_reason":{"spool_full": 9007199254740993},` +
        `"first_seen_at":"2025-11-22T22:15:01.123456Z","last_seen_at":"2025-11-22T22:15:09Z","lost_at":null}`,
    );
    const order = [23, 21, 24, 22, 20].map(idOf);
    for (const limit of [1, 2, 5, 6]) {
      assert.deepEqual(await readAll(store, `/api/v1/streams?limit=${limit}`, "stream_id"), order);
    }
  });

  await t.step("dead letters show their bytes, also when these are no text", async () => {
    await store.clear();
    for (const [n, record] of ["\\x7b7d", "\\xff00"].entries()) {
      for (const stream of [2, 3]) {
        await insert("dead_letters", {
          collector_id: idOf(1),
          stream_id: idOf(stream),
          sequence: String(n),
          reason: "not JSON",
          record,
          received_at: "2025-11-22 22:15:00+00",
        });
      }
    }
    const { json } = await get(`/api/v1/dead-letters?stream=${idOf(2)}`);
    const common = {
      collector_id: idOf(1),
      stream_id: idOf(2),
      reason: "not JSON",
      received_at: "2025-11-22T22:15:00Z",
    };
    assert.deepEqual(json, {
      dead_letters: [
        { ...common, sequence: 1, record: "\uFFFD\0", record_base64: "/wA=" },
        { ...common, sequence: 0, record: "{}", record_base64: null },
      ],
      total_count: 2,
      next_cursor: null,
    });
    for (const limit of [1, 3]) {
      assert.deepEqual(await readAll(store, `/api/v1/dead-letters?limit=${limit}`, "sequence"), [1, 0, 1, 0]);
    }
  });
}
