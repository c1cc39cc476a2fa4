import assert from "node:assert/strict";
import { TaskGroup } from "./task_group.ts";

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

Deno.test("TaskGroup aborts and awaits every task when disposed", async () => {
  const ended: string[] = [];
  {
    await using group = new TaskGroup();
    for (const name of ["a", "b"]) {
      group.run(name, async (signal) => {
        await untilAborted(signal);
        ended.push(name);
      });
    }
    assert.equal(group.size, 2);
  }
  assert.deepEqual(ended, ["a", "b"]);
});

Deno.test("TaskGroup stops the others and rethrows when one task fails", async () => {
  const heard: string[] = [];
  await using group = new TaskGroup({ onFailure: (name) => heard.push(name) });
  group.run("waits", untilAborted);
  group.run("fails", () => Promise.reject(new Error("disk is gone")));
  group.run("fails late", async (signal) => {
    await untilAborted(signal);
    throw new Error("second");
  });
  await assert.rejects(group.done(), /disk is gone/);
  assert.deepEqual(heard, ["fails", "fails late"]);
});

Deno.test("TaskGroup rethrows from its disposal when nobody awaited done", async () => {
  const group = new TaskGroup();
  group.run("fails", () => Promise.reject(new Error("disk is gone")));
  await assert.rejects(async () => await group[Symbol.asyncDispose](), /disk is gone/);
});

Deno.test("TaskGroup accepts the abort reason as an ending when it stops", async () => {
  const outer = new AbortController();
  await using group = new TaskGroup({ signal: outer.signal });
  group.run("throws the reason", async (signal) => {
    await untilAborted(signal);
    signal.throwIfAborted();
  });
  outer.abort(new Error("stopping"));
  await group.done();
});

Deno.test("TaskGroup waits for tasks that tasks start", async () => {
  let ended = false;
  await using group = new TaskGroup();
  group.run("outer", async () => {
    await Promise.resolve();
    group.run("inner", async () => {
      await Promise.resolve();
      ended = true;
    });
  });
  await group.done();
  assert.ok(ended);
});

Deno.test("TaskGroup refuses tasks when disposed", async () => {
  const group = new TaskGroup();
  await group[Symbol.asyncDispose]();
  assert.throws(() => group.run("late", () => Promise.resolve()), /"late"/);
});
