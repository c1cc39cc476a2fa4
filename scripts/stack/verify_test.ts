import assert from "node:assert/strict";
import { canonicalText, verifyReplay } from "./verify.ts";

const event = (id: string, rest = "") => `{"event_id":"${id}","n":18446744073709551615${rest}}`;
const frame = (text: string) => `{"RecordEvent":{"trace_id":"noise","event":${text}}}`;
const SENT = [
  { path: "/a", sent: [frame(event("1")), `{"StartTrace":{}}`, frame(event("2")), `"Ping"`] },
  { path: "/b", sent: [frame(event("3"))] },
];

/** What a central with these events by trace leads to. */
async function verdictOf(traces: Readonly<Record<string, readonly string[]>>) {
  const list = (name: string, items: readonly string[]) =>
    new Response(`{"${name}":[${items.join(",")}],"total_count":${items.length},"next_cursor":null}`);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const [, , , , id] = new URL(request.url).pathname.split("/");
    if (id !== undefined) return list("events", traces[id] ?? []);
    return list("traces", Object.keys(traces).map((trace) => `{"trace_id":"${trace}"}`));
  });
  return await verifyReplay(SENT, `http://127.0.0.1:${server.addr.port}`);
}

Deno.test("verifyReplay() finds nothing wrong when everything is there once, whatever the order of keys", async () => {
  const reordered = ` { "n" : 18446744073709551615, "event_id":"2" } `;
  const verdict = await verdictOf({ x: [event("1"), reordered], y: [event("3")] });
  assert.deepEqual(verdict, { connectionCount: 2, eventCount: 3, traceIds: ["x", "y"], differences: [] });
});

Deno.test.each([
  [
    "an event that is missing",
    { x: [event("1")], y: [event("3")] },
    /event 2 of connection "\/a" is not stored/,
  ],
  [
    "an event that is there twice",
    { x: [event("1"), event("2"), event("2")], y: [event("3")] },
    /stored 2 times/,
  ],
  [
    "a digit that changed",
    { x: [event("1"), event("2").replace("615", "616")], y: [event("3")] },
    /another text/,
  ],
  ["a member that was added", { x: [event("1"), event("2", `,"more":1`)], y: [event("3")] }, /another text/],
  ["an event in another's trace", { x: [event("1"), event("2"), event("3")] }, /in another's trace/],
  [
    "a connection over two traces",
    { x: [event("1")], z: [event("2")], y: [event("3")] },
    /in 2 traces, it opened 1/,
  ],
])("verifyReplay() names %s", async (_name, traces, expected) => {
  assert.match((await verdictOf(traces)).differences.join("\n"), expected);
});

Deno.test("canonicalText() orders keys at every level and keeps the text of numbers", () => {
  assert.equal(canonicalText(`{"b":[{"d":1.0,"c":-0}],"a":1e400}`), `{"a":1e400,"b":[{"c":-0,"d":1.0}]}`);
});
