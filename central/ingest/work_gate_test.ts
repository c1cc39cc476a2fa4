import assert from "node:assert/strict";
import { WorkGate } from "./work_gate.ts";

/** Enters, and notes it under a name when it is in. */
function entering(gate: WorkGate, inside: string[], name: string, workBytes: number): Promise<Disposable> {
  return gate.enter({ workBytes, receivedBytes: 10 }).then((place) => {
    inside.push(name);
    return place;
  });
}

Deno.test("gate lets work in as long as there is room, in the order of arrival", async () => {
  const gate = new WorkGate({ maxWorkBytes: 100, maxWaitingBytes: 1000 });
  const inside: string[] = [];
  const [a, b] = [entering(gate, inside, "a", 60), entering(gate, inside, "b", 40)];
  const [large, small] = [entering(gate, inside, "large", 90), entering(gate, inside, "small", 10)];
  (await a)[Symbol.dispose]();
  await Promise.resolve();
  assert.deepEqual(inside, ["a", "b"], "there is room for the small one, but the large one came first");
  (await b)[Symbol.dispose]();
  (await large)[Symbol.dispose]();
  (await small)[Symbol.dispose]();
  assert.deepEqual(inside, ["a", "b", "large", "small"]);
});

Deno.test("gate lets in alone what is larger than its room", async () => {
  const gate = new WorkGate({ maxWorkBytes: 100, maxWaitingBytes: 1000 });
  const inside: string[] = [];
  const [a, huge, b] = [
    entering(gate, inside, "a", 1),
    entering(gate, inside, "huge", 500),
    entering(gate, inside, "b", 1),
  ];
  (await a)[Symbol.dispose]();
  const place = await huge;
  assert.deepEqual(inside, ["a", "huge"]);
  place[Symbol.dispose]();
  (await b)[Symbol.dispose]();
});

Deno.test("gate refuses with ERR_INGEST_BUSY when too much waits, and takes again afterwards", async () => {
  const gate = new WorkGate({ maxWorkBytes: 100, maxWaitingBytes: 15 });
  const inside: string[] = [];
  const first = await entering(gate, inside, "first", 100);
  const second = entering(gate, inside, "second", 100);
  await assert.rejects(entering(gate, inside, "third", 100), { code: "ERR_INGEST_BUSY", retryable: true });
  first[Symbol.dispose]();
  const third = entering(gate, inside, "third", 100);
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
});
