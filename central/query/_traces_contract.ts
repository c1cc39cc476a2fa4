import assert from "node:assert/strict";
import fc from "fast-check";
import { eventRow, eventText, idOf, readAll, type TestStore, traceRow } from "./_fixture.ts";

/** What lists of traces, one trace, and its events must do on every database. */
export async function tracesContract(t: Deno.TestContext, store: TestStore): Promise<void> {
  const { get, insert } = store;
  const ids = async (query: string) => (await readAll(store, `/api/v1/traces?${query}`, "trace_id")).sort();

  await t.step("lists are empty when nothing is stored", async () => {
    const { body } = await get("/api/v1/traces");
    assert.equal(body, `{"traces":[],"total_count":0,"next_cursor":null}`);
  });

  await t.step("traces joined over pages are the whole list, newest first, for any limit", async () => {
    // Times and digits below the microsecond collide on purpose.
    const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 1, 999)), {
      maxLength: 12,
    });
    const far = fc.constantFrom(undefined, "4713-01-01 00:00:00+00 BC", "262142-12-31 23:59:59.999999+00");
    await fc.assert(
      fc.asyncProperty(places, far, fc.integer({ min: 1, max: 5 }), async (times, odd, limit) => {
        await store.clear();
        const rows = times.map(([second, nanos], n) => ({ second, nanos, id: idOf(n + 10) }));
        for (const [n, { second, nanos }] of rows.entries()) {
          const start_time = n === 0 && odd !== undefined ? odd : `2025-11-22 22:15:0${second}.000001+00`;
          await insert("traces", traceRow(n + 10, { start_time, start_nanos: String(nanos) }));
        }
        const found = await readAll(store, `/api/v1/traces?limit=${limit}`, "trace_id");
        assert.deepEqual([...found].sort(), rows.map((row) => row.id).sort());
        const once = await readAll(store, "/api/v1/traces?limit=1000", "trace_id");
        assert.deepEqual(found, once);
        if (odd === undefined) {
          const sorted = rows.toSorted((a, b) =>
            b.second - a.second || b.nanos - a.nanos || (a.id < b.id ? 1 : -1)
          );
          assert.deepEqual(found, sorted.map((row) => row.id));
        }
      }),
      { numRuns: 25 },
    );
  });

  await t.step("each filter finds what it names", async () => {
    await store.clear();
    await insert(
      "traces",
      traceRow(1, { flow_name: "a/b", flow_id: "run-1", service: "s", status: "Failed" }),
    );
    await insert("traces", traceRow(2, { flow_id: "a/b", environment: "e", start_nanos: "5" }));
    await insert("traces", traceRow(3, { flow_id: "\uFFFD%", start_time: "2025-11-22 22:15:00.000001+00" }));
    for (const [trace, actor] of [[1, "sensor_1"], [2, "sensorX1"], [3, "50%"]] as const) {
      await insert("trace_actors", { trace_id: idOf(trace), actor_id: actor });
    }
    const cases = [
      ["flow=a%2Fb", [1, 2]],
      ["flow=run-1", [1]],
      ["flow=%00%25", [3]],
      ["service=s", [1]],
      ["environment=e", [2]],
      ["status=Failed", [1]],
      ["actor=sensor_1", [1]],
      ["actor=sensor*1", [1, 2]],
      ["actor=s*_*", [1]],
      ["actor=*%25", [3]],
      ["actor=sensor", []],
      ["from=2025-11-22T22:15:00.000000005Z", [2, 3]],
      ["from=2025-11-22T22:15:00.000000006Z", [3]],
      ["to=2025-11-22T22:15:00.000000005Z", [1]],
      ["to=2025-11-23T00:15:00.000001001%2B02:00", [1, 2, 3]],
      ["from=-9999-01-01T00:00:00Z&to=%2B10000-01-01T00:00:00Z", [1, 2, 3]],
      ["flow=a%2Fb&status=Running", [2]],
    ] as const;
    for (const [query, expected] of cases) {
      assert.deepEqual(await ids(query), expected.map(idOf), query);
      const { json } = await get(`/api/v1/traces?limit=1&${query}`);
      assert.equal(json["total_count"], expected.length, query);
    }
  });

  await t.step("a cursor is refused when the filters differ", async () => {
    const { json } = await get("/api/v1/traces?limit=1");
    const { status, body } = await get(`/api/v1/traces?service=s&cursor=${json["next_cursor"]}`);
    assert.equal(status, 400);
    assert.ok(body.includes(`"bad_cursor"`));
  });

  await t.step("events come back as the stored text, in order, on any page size", async () => {
    await store.clear();
    await insert("traces", traceRow(1));
    const sent: { readonly at: number; readonly nanos: number; readonly text: string }[] = [];
    for (let n = 0; n < 23; n++) {
      const [at, nanos] = [n * 7 % 5, n * 3 % 2];
      const text = eventText(n, `actor ${n} 🚀 "\\`);
      await insert(
        "events",
        eventRow(1, n, {
          timestamp: `2025-1${at % 2}-22 22:15:0${at}+00`,
          nanos: String(nanos),
          event: text,
        }),
      );
      sent.push({ at: (at % 2) * 100 + at, nanos, text });
    }
    const order = sent.map((event, n) => ({ ...event, n }))
      .sort((a, b) => a.at - b.at || a.nanos - b.nanos || a.n - b.n).map((event) => event.text);
    for (const limit of [1, 2, 22, 23, 24, 1000]) {
      const texts: string[] = [];
      let cursor = "";
      do {
        const { body, json } = await get(`/api/v1/traces/${idOf(1)}/events?limit=${limit}${cursor}`);
        assert.equal(json["total_count"], 23);
        const end = body.lastIndexOf(`],"total_count"`);
        texts.push(body.slice(`{"events":[`.length, end));
        cursor = json["next_cursor"] === null ? "" : `&cursor=${json["next_cursor"]}`;
      } while (cursor !== "");
      assert.equal(texts.join(","), order.join(","), `limit ${limit}`);
    }
    const { body } = await get(`/api/v1/traces/${idOf(1)}`);
    assert.ok(body.includes(`"events":[${order.join(",")}],"metadata":`));
  });

  await t.step("a page ends early when its events are large, and nothing is left out", async () => {
    await store.clear();
    await insert("traces", traceRow(1));
    const filler = "x".repeat(3 * 1024 * 1024);
    for (let n = 0; n < 4; n++) {
      await insert("events", eventRow(1, n, { event: `{"event_id":"${idOf(n)}","filler":"${filler}"}` }));
    }
    const { json } = await get(`/api/v1/traces/${idOf(1)}/events`);
    assert.ok(Array.isArray(json["events"]) && json["events"].length === 3);
    const found = await readAll(store, `/api/v1/traces/${idOf(1)}/events?limit=100`, "event_id");
    assert.deepEqual(found, [0, 1, 2, 3].map(idOf));
    const { body } = await get(`/api/v1/traces/${idOf(1)}`);
    assert.equal(JSON.parse(body).events.length, 4);
  });

  await t.step("events of a stored trace keep the order of its list", async () => {
    await store.clear();
    const stored_trace = `{"trace_id":"${idOf(1)}","flow_id":"orders","process_id":1.0}`;
    await insert("traces", traceRow(1, { origin: "stored", stored_trace }));
    for (const [position, second] of [[0, 9], [1, 1], [2, 5]] as const) {
      const columns = {
        timestamp: `2025-11-22 22:15:0${second}+00`,
        position: String(position),
        event: `${second}`,
      };
      await insert("events", eventRow(1, 4, columns));
    }
    const { body } = await get(`/api/v1/traces/${idOf(1)}`);
    assert.equal(body, `${stored_trace.slice(0, -1)},"events":[9,1,5]}`);
    const pages = await get(`/api/v1/traces/${idOf(1)}/events?limit=2`);
    assert.deepEqual(pages.json["events"], [9, 1]);
    const rest = await get(`/api/v1/traces/${idOf(1)}/events?limit=2&cursor=${pages.json["next_cursor"]}`);
    assert.deepEqual(rest.json["events"], [5]);
  });

  await t.step("events are filtered by type and actor, and given as frames", async () => {
    await store.clear();
    await insert("traces", traceRow(1));
    await insert("events", eventRow(1, 1, { event_type: "DataFlow", client_trace_id: idOf(77), event: "1" }));
    await insert(
      "events",
      eventRow(1, 2, { actor_id: "sensor_2", event: "2", frame: `{ "RecordEvent" : 2 }` }),
    );
    await insert("events", eventRow(1, 3, { actor_id: "sensor%", event: "3" }));
    const of = async (query: string) => (await get(`/api/v1/traces/${idOf(1)}/events?${query}`)).body;
    assert.ok((await of("type=DataFlow")).startsWith(`{"events":[1],"total_count":1,`));
    assert.ok((await of("actor=sensor*")).startsWith(`{"events":[2,3],"total_count":2,`));
    assert.ok((await of("form=frame")).startsWith(
      `{"events":[{"RecordEvent":{"trace_id":"${idOf(77)}","event":1}},{ "RecordEvent" : 2 },` +
        `{"RecordEvent":{"trace_id":"${idOf(1)}","event":3}}],`,
    ));
  });

  await t.step("a trace is refused with 404 when it is unknown and 400 when its id is none", async () => {
    for (const path of [`/api/v1/traces/${idOf(404)}`, `/api/v1/traces/${idOf(404)}/events`]) {
      const { status, body } = await get(path);
      assert.equal(status, 404);
      assert.ok(body.includes(`"unknown_trace"`), body);
    }
    for (const path of ["/api/v1/traces/7", "/api/v1/traces/%00/events"]) {
      const { status, body } = await get(path);
      assert.equal(status, 400);
      assert.ok(body.includes(`"bad_id"`), body);
    }
  });
}
