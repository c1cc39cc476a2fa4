import assert from "node:assert/strict";
import { playAndCompare } from "../support/play.ts";
import { startCentral, startCollector, tempFolder, untilDelivered, untilEnded } from "../support/stack.ts";

const BINARY = Deno.env.get("REFLOW_COLLECTOR_BIN") ?? "dist/reflow-collector";

/** Runs a copy of the binary where there is nothing else: no Deno on the path, no home, no repository. */
async function runAlone(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  await using folder = await tempFolder();
  const binary = `${folder.path}/reflow-collector`;
  await Deno.copyFile(BINARY, binary);
  const { code, stdout, stderr } = await new Deno.Command(binary, {
    args: [...args],
    clearEnv: true,
    env: { PATH: "/nonexistent", HOME: folder.path, TMPDIR: folder.path, ...env },
    cwd: folder.path,
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("compiled collector prints its version on a machine without Deno", async () => {
  const { code, out } = await runAlone(["version"]);
  assert.equal(code, 0);
  assert.match(out, /^reflow-collector \d+\.\d+\.\d+ /);
});

Deno.test("compiled collector checks its configuration and names every problem", async () => {
  const good = await runAlone(["check-config"], { REFLOW_COLLECTOR_BIND_ADDRESS: "127.0.0.1:0" });
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, /bind_address = "127\.0\.0\.1:0".*REFLOW_COLLECTOR/);
  const bad = await runAlone(["check-config", "--spool.max_bytes", "many", "--forward.url", "ftp://x"]);
  assert.equal(bad.code, 78);
  assert.match(bad.err, /spool\.max_bytes/);
  assert.match(bad.err, /forward\.url/);
});

Deno.test("compiled collector delivers recordings, also after it was killed", async () => {
  await using folder = await tempFolder();
  await using central = await startCentral({ databaseUrl: `pglite://${folder.path}/data` });
  const options = { folder: folder.path, central: central.address };
  {
    await using collector = await startCollector(options);
    const settle = async () => {
      await untilDelivered(collector);
      await untilEnded(central);
    };
    await playAndCompare("simple", { address: collector.address, central, settle });
    await collector.stop("SIGKILL");
  }
  await using collector = await startCollector(options);
  const settle = async () => {
    await untilDelivered(collector);
    await untilEnded(central);
  };
  await playAndCompare("fleet", { address: collector.address, central, settle });
});
