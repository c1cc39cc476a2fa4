import assert from "node:assert/strict";
import { nullLogger } from "@reflow/shared/telemetry";
import { systemClock } from "@reflow/shared/time";
import { drain, rememberingOwner, ScriptedCentral } from "./_testing.ts";
import { memoryFs } from "./_memory_fs.ts";
import { denoFs } from "./deno_fs.ts";
import type { SpoolFs } from "./fs.ts";
import { openSpool } from "./spool.ts";
import { DEFAULT_SPOOL_OPTIONS } from "./types.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function withFolder(
  run: (fs: SpoolFs, folder: string) => Promise<void>,
  isReal: boolean,
): Promise<void> {
  if (!isReal) return await run(memoryFs(), "/folder");
  const folder = await Deno.makeTempDir({ prefix: "spool_test_" });
  try {
    await run(denoFs, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [name, isReal] of [["the machine", true], ["memory", false]] as const) {
  Deno.test(`the file system of ${name} appends, cuts and reads`, async () => {
    await withFolder(async (fs, folder) => {
      await fs.makeFolder(`${folder}/a/b`);
      const file = fs.openAppend(`${folder}/a/b/c`);
      assert.equal(file.append(bytesOf("hello world")), 11);
      const synced = file.syncData();
      file.syncDataNow();
      await synced;
      file.truncate(5);
      file.append(bytesOf("!"));
      await file.close();
      fs.syncFolder(`${folder}/a/b`);
      assert.equal(await fs.fileBytes(`${folder}/a/b/c`), 6);
      assert.equal(await fs.readText(`${folder}/a/b/c`, 100), "hello!");
      const reading = await fs.openRead(`${folder}/a/b/c`);
      assert.deepEqual(await reading?.read(4, 100), bytesOf("o!"));
      assert.deepEqual(await reading?.read(0, 2), bytesOf("he"));
      reading?.close();
      await fs.truncate(`${folder}/a/b/c`, 1);
      assert.equal(await fs.readText(`${folder}/a/b/c`, 100), "h");
      await fs.openAppend(`${folder}/a/b/c`).close();
      assert.equal(await fs.fileBytes(`${folder}/a/b/c`), 0);
    }, isReal);
  });

  Deno.test(`the file system of ${name} replaces, lists and removes`, async () => {
    await withFolder(async (fs, folder) => {
      await fs.makeFolder(`${folder}/x`);
      await fs.replace(`${folder}/x/f`, "one", { durable: true });
      await fs.replace(`${folder}/x/f`, "two", { durable: false });
      assert.equal(await fs.readText(`${folder}/x/f`, 100), "two");
      assert.deepEqual(await fs.list(`${folder}/x`), [{ name: "f", isFolder: false }]);
      assert.deepEqual((await fs.list(folder)).filter(({ isFolder }) => isFolder), [{
        name: "x",
        isFolder: true,
      }]);
      await fs.remove(`${folder}/x`);
      await fs.remove(`${folder}/x`);
      assert.deepEqual(await fs.list(`${folder}/x`), []);
      assert.equal(await fs.fileBytes(`${folder}/x/f`), undefined);
      assert.equal(await fs.openRead(`${folder}/x/f`), undefined);
    }, isReal);
  });

  Deno.test(`the file system of ${name} gives a lock to one holder at a time`, async () => {
    await withFolder(async (fs, folder) => {
      const first = await fs.lock(`${folder}/lock`, "me");
      assert.equal(first.kind, "taken");
      assert.deepEqual(await fs.lock(`${folder}/lock`, "you"), { kind: "held", holder: "me" });
      if (first.kind === "taken") first.lock[Symbol.dispose]();
      const second = await fs.lock(`${folder}/lock`, "you");
      assert.equal(second.kind, "taken");
      if (second.kind === "taken") second.lock[Symbol.dispose]();
    }, isReal);
  });
}

Deno.test("a spool on a real disk gives back what was written before and after a restart", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spool_test_" });
  const deps = { fs: denoFs, clock: systemClock, log: nullLogger };
  const options = { ...DEFAULT_SPOOL_OPTIONS, folder, segmentBytes: 2_000 };
  const owner = rememberingOwner();
  const expected: string[] = [];
  try {
    {
      await using spool = await openSpool(deps, options);
      for (let i = 0; i < 500; i++) {
        const line = `record ${i} ${crypto.randomUUID()}`;
        expected.push(line);
        spool.append(line, 1, owner);
        if (i % 20 === 0) await spool.flush();
      }
    }
    await using spool = await openSpool(deps, options);
    const central = new ScriptedCentral();
    for (const reader of spool.backlog()) await drain(reader, central);
    assert.deepEqual(central.lines.slice(0, -1), expected);
    assert.deepEqual(spool.backlog(), []);
    assert.equal(owner.outcomes.length, 500);
    assert.ok(owner.outcomes.every((outcome) => outcome === "durable"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
