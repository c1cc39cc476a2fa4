import assert from "node:assert/strict";
import { parseRequest } from "@reflow/shared/protocol";
import { nullLogger } from "@reflow/shared/telemetry";
import { createAnswerQuery, isQueryRequest, MAX_ANSWER_BYTES } from "./answer_query.ts";
import { eventRow, eventText, idOf, type TestStore, traceRow } from "./_fixture.ts";

/** What answers to the protocol's queries must be on every database. */
export async function wireContract(t: Deno.TestContext, store: TestStore): Promise<void> {
  const { insert } = store;
  const answerQuery = createAnswerQuery({ db: store.db, log: nullLogger, apiUrl: "https://central" });

  async function ask(frame: unknown): Promise<string> {
    const request = parseRequest(JSON.stringify(frame));
    assert.ok(isQueryRequest(request));
    return await answerQuery(request);
  }
  async function idsOf(query: unknown): Promise<readonly string[]> {
    const { QueryResults } = JSON.parse(await ask({ QueryTraces: { query } }));
    return QueryResults.traces.map((trace: { readonly trace_id: string }) => trace.trace_id);
  }

  await t.step("GetTrace answers null when the trace is unknown", async () => {
    assert.equal(await ask({ GetTrace: { trace_id: idOf(404) } }), `{"TraceData":{"trace":null}}`);
  });

  await t.step("GetTrace answers a complete trace that a strict peer can read", async () => {
    await store.clear();
    await insert("traces", traceRow(1, { flow_name: "n", status: "Failed", error: `six "7"` }));
    await insert("events", eventRow(1, 1, { event: eventText(1) }));
    const text = await ask({ GetTrace: { trace_id: idOf(1) } });
    assert.ok(text.includes(`"execution_time_ns":18446744073709551615`), text);
    assert.ok(text.includes(`"status":{"Failed":{"error":"six \\"7\\""}}`));
    assert.ok(text.includes(`"__proto__":null`), "a number beyond f64 cannot be read by serde");
    assert.ok(!text.includes("\\ud800"));
    const { trace } = JSON.parse(text).TraceData;
    assert.equal(trace.events[0].data.performance_metrics.queue_depth, 0);
    assert.equal(trace.flow_id, "n");
  });

  await t.step("QueryTraces follows the reference server", async () => {
    await store.clear();
    const at = (second: number) => `2025-11-22 22:15:0${second}.000001+00`;
    await insert(
      "traces",
      traceRow(1, { flow_id: "f", flow_name: "name", start_time: at(1), execution_id: idOf(9) }),
    );
    await insert("traces", traceRow(2, { flow_id: "g", start_time: at(2), status: "Failed", error: "a" }));
    await insert(
      "traces",
      traceRow(3, { flow_id: "f", start_time: at(3), start_nanos: "7", status: "Failed", error: "ab" }),
    );
    await insert("trace_actors", { trace_id: idOf(1), actor_id: "Sensor_1" });
    await insert("trace_actors", { trace_id: idOf(2), actor_id: "sensor%" });
    const range = ["2025-11-22T22:15:01.000001Z", "2025-11-22T22:15:03.000001007Z"];
    const cases = [
      [{}, [3, 2, 1]],
      [{ flow_id: "f" }, [3, 1]],
      [{ flow_id: "name" }, []],
      [{ execution_id: idOf(9) }, [1]],
      [{ status: "Running" }, [1]],
      [{ status: { Failed: { error: "a" } } }, [2]],
      [{ time_range: range }, [3, 2, 1]],
      [{ time_range: [range[0], "2025-11-22T22:15:03.000001006Z"] }, [2, 1]],
      [{ time_range: [range[1], range[0]] }, []],
      [{ actor_filter: "ensor" }, [2, 1]],
      [{ actor_filter: "sensor" }, [2]],
      [{ actor_filter: "r_" }, [1]],
      [{ actor_filter: "" }, [2, 1]],
      [{ actor_filter: "*" }, []],
      [{ limit: 2 }, [3, 2]],
      [{ limit: 0 }, []],
      [{ offset: 1, limit: 1 }, [2]],
      [{ offset: 3 }, []],
      [{ offset: 1, flow_id: "f" }, [1]],
      [{ limit: 1e18, offset: 0 }, [3, 2, 1]],
    ] as const;
    for (const [query, expected] of cases) {
      assert.deepEqual(await idsOf(query), expected.map(idOf), JSON.stringify(query));
    }
  });

  await t.step("QueryTraces counts the whole result and carries the events", async () => {
    await insert("events", eventRow(3, 1, { event: eventText(1) }));
    const text = await ask({ QueryTraces: { query: { limit: 1 } } });
    const { traces, total_count } = JSON.parse(text).QueryResults;
    assert.equal(total_count, 3);
    assert.equal(traces[0].events[0].event_id, idOf(1));
    assert.equal(
      await ask({ QueryTraces: { query: { limit: 0 } } }),
      `{"QueryResults":{"traces":[],"total_count":3}}`,
    );
  });

  await t.step("QueryTraces reads on when there are more traces than one read takes", async () => {
    await store.clear();
    for (let n = 0; n < 250; n++) {
      await insert("traces", traceRow(n + 1, { start_time: `2025-11-22 22:${10 + n % 7}:00+00` }));
    }
    const found = await idsOf({ offset: 3 });
    assert.equal(new Set(found).size, 247);
    assert.deepEqual(found, (await idsOf({})).slice(3));
  });

  await t.step("QueryTraces is refused with advice when the answer would be too large", async () => {
    await store.clear();
    await insert("traces", traceRow(1, { event_count: "10001" }));
    const { Error: refused } = JSON.parse(await ask({ QueryTraces: { query: {} } }));
    assert.equal(refused.code, "InvalidRequest");
    assert.ok(refused.message.includes("10001 events") && refused.message.includes("/api/v1/traces"));
  });

  await t.step("GetTrace is refused with the address of its events when it passes 16 MiB", async () => {
    await store.clear();
    await insert("traces", traceRow(1));
    const filler = "x".repeat(6 * 1024 * 1024);
    for (let n = 0; n < 3; n++) {
      const event = eventText(n).replace(`"error":null`, `"error":"${filler}"`);
      await insert("events", eventRow(1, n, { event }));
    }
    const answer = await ask({ GetTrace: { trace_id: idOf(1) } });
    assert.ok(answer.length < 1000 && answer.length < MAX_ANSWER_BYTES);
    assert.ok(answer.includes(`https://central/api/v1/traces/${idOf(1)}/events`), answer);
    assert.ok(answer.includes(`"code":"InvalidRequest"`));
  });

  await t.step("GetFlowVersions answers strict versions, and NotFound when the flow is unknown", async () => {
    await store.clear();
    const start_body =
      `{"flow_id":"f","version":{"major":1,"minor":2,"patch":3,"timestamp":"2025-11-22T22:15:00Z","x":1}}`;
    await insert("traces", traceRow(1, { flow_id: "f", start_body }));
    assert.equal(
      await ask({ GetFlowVersions: { flow_id: "f" } }),
      `{"FlowVersions":{"versions":[{"major":1,"minor":2,"patch":3,"git_hash":null,"timestamp":"2025-11-22T22:15:00Z"}]}}`,
    );
    const { Error: unknown } = JSON.parse(await ask({ GetFlowVersions: { flow_id: "\ud800" } }));
    assert.equal(unknown.code, "NotFound");
  });
}
