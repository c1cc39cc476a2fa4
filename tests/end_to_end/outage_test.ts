import assert from "node:assert/strict";
import { eventTexts } from "@reflow/scripts/bench";
import { connectRaw } from "@reflow/scripts/replay";
import { verifyReplay } from "@reflow/scripts/stack";
import {
  getJson,
  startCentral,
  startCollector,
  tempFolder,
  until,
  untilDelivered,
} from "../support/stack.ts";

const ACK = `{"EventRecorded":{"success":true,"error":null}}`;
/** Nobody listens there. */
const NOWHERE = "127.0.0.1:9";

async function sendAndAwaitAcks(address: string, path: string, texts: readonly string[]): Promise<void> {
  await using client = await connectRaw(`ws://${address}${path}`);
  for (const text of texts) await client.send(text);
  for (let acked = 0; acked < texts.length; acked++) assert.equal(await client.next(), ACK);
  await client.drop();
}

Deno.test("collector keeps accepting while central is away and drains by itself when it is back", async () => {
  await using folder = await tempFolder();
  const databaseUrl = `pglite://${folder.path}/data`;
  const texts = await eventTexts(600);
  let address: string;
  {
    await using central = await startCentral({ databaseUrl });
    address = central.address;
  }
  await using collector = await startCollector({ folder: folder.path, central: address });
  await sendAndAwaitAcks(collector.address, "/away", texts);
  await until("health says that central is away", async () => {
    const health = await getJson(`http://${collector.address}/health`);
    return health["status"] === "degraded";
  });
  await using central = await startCentral({ databaseUrl, address });
  await untilDelivered(collector);
  const verdict = await verifyReplay([{ path: "/away", sent: texts }], `http://${central.address}`);
  assert.deepEqual(verdict.differences, []);
});

Deno.test("collector continues where it stopped after a restart, and ends what it left open", async () => {
  await using folder = await tempFolder();
  const texts = await eventTexts(600);
  {
    await using collector = await startCollector({ folder: folder.path, central: NOWHERE });
    await sendAndAwaitAcks(collector.address, "/before", texts);
    // The second one is still connected when the collector is killed.
    const client = await connectRaw(`ws://${collector.address}/cut`);
    await client.send((await eventTexts(1))[0] ?? "");
    assert.equal(await client.next(), ACK);
    await collector.stop("SIGKILL");
    await client.drop();
  }
  await using central = await startCentral({ databaseUrl: `pglite://${folder.path}/data` });
  await using collector = await startCollector({ folder: folder.path, central: central.address });
  await untilDelivered(collector);
  const verdict = await verifyReplay([{ path: "/before", sent: texts }], `http://${central.address}`);
  assert.deepEqual(verdict.differences, []);
  const cut = await getJson(`http://${central.address}/api/v1/traces?flow=cut`);
  assert.ok(Array.isArray(cut["traces"]));
  assert.equal(cut["traces"][0]?.status, "Cancelled", "nobody knows how it went on");
});

Deno.test("collector stops on SIGTERM within five seconds with everything accepted on disk", async () => {
  await using folder = await tempFolder();
  const texts = await eventTexts(5000);
  let acked = 0;
  {
    await using collector = await startCollector({ folder: folder.path, central: NOWHERE });
    await using client = await connectRaw(`ws://${collector.address}/stopping`, {
      onAnswer: (text) => {
        if (text === ACK) acked++;
      },
    });
    const sending = (async () => {
      for (const text of texts) await client.send(text);
    })().catch(() => {});
    await until("some events are acknowledged", () => Promise.resolve(acked > 500));
    const startedAtMs = performance.now();
    const status = await collector.stop("SIGTERM");
    const tookMs = performance.now() - startedAtMs;
    await sending;
    assert.equal(status.code, 0);
    assert.ok(tookMs < 5000, `it took ${tookMs} ms`);
  }
  await using central = await startCentral({ databaseUrl: `pglite://${folder.path}/data` });
  await using collector = await startCollector({ folder: folder.path, central: central.address });
  await untilDelivered(collector);
  const verdict = await verifyReplay(
    [{ path: "/stopping", sent: texts.slice(0, acked) }],
    `http://${central.address}`,
  );
  assert.deepEqual(verdict.differences, [], "every acknowledged event is stored");
  const list = await getJson(`http://${central.address}/api/v1/traces?flow=stopping`);
  assert.ok(Array.isArray(list["traces"]));
  assert.equal(list["traces"][0]?.summary.end_reason, "stopped");
});
