import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { eventTexts, prepareFrames } from "@reflow/scripts/bench";
import { encodeUpgradeRequest, newWebSocketKey, parseWsUrl, upgradeProblem } from "@reflow/scripts/replay";
import { readList, type RunningProgram } from "@reflow/scripts/stack";
// @ts-types="@types/pg"
import pg from "pg";
import { freshDatabase } from "../support/postgres.ts";
import { startCentral, startCollector, tempFolder, until, untilDelivered } from "../support/stack.ts";

/** Enough for the spool's thread to start and to write many blocks. */
const EVENTS_PER_CONNECTION = 60_000;
/** `EventRecorded{success:true}` in a WebSocket frame; a refusal says why and is longer. */
const ACK_PAYLOAD_BYTES = 47;
const DELIVERY_LIMIT_MS = 120_000;

/** One connection that sends as fast as it can. */
class Flooder {
  /** Whether each event was taken, in the order of sending, as far as answers have come. */
  readonly answers: boolean[] = [];
  readonly texts: readonly string[];
  /** Resolves when the connection has ended, and everything that came over it was read. */
  readonly ended: Promise<void>;
  readonly #conn: Deno.TcpConn;
  readonly #chunks: readonly Uint8Array[];

  private constructor(conn: Deno.TcpConn, texts: readonly string[]) {
    this.texts = texts;
    this.#chunks = prepareFrames(texts).chunks;
    this.#conn = conn;
    this.ended = this.#read();
  }

  static async connect(address: string, texts: readonly string[]): Promise<Flooder> {
    const target = parseWsUrl(`ws://${address}/flood`);
    const conn = await Deno.connect({ hostname: target.hostname, port: target.port });
    const key = newWebSocketKey();
    await conn.write(encodeUpgradeRequest(target, key));
    const head = new Uint8Array(4096);
    const length = await conn.read(head) ?? 0;
    assert.equal(upgradeProblem(new TextDecoder().decode(head.subarray(0, length)), key), undefined);
    return new Flooder(conn, texts);
  }

  get acked(): readonly string[] {
    return this.texts.filter((_, index) => this.answers[index]);
  }

  /** Sends everything, or as much as the collector takes before it is gone. */
  async send(): Promise<void> {
    try {
      for (const chunk of this.#chunks) {
        for (let at = 0; at < chunk.byteLength;) at += await this.#conn.write(chunk.subarray(at));
      }
    } catch {
      // The collector has ended; that is what these tests are about.
    }
  }

  close(): void {
    this.#conn.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(256 * 1024);
    let filled = 0;
    try {
      for (;;) {
        const length = await this.#conn.read(buffer.subarray(filled));
        if (length === null) return;
        filled += length;
        const used = this.#take(buffer.subarray(0, filled));
        buffer.copyWithin(0, used, filled);
        filled -= used;
      }
    } catch {
      // Reset by the end of the process, or closed by the test.
    }
  }

  /** Notes the whole frames in the bytes and returns how many bytes they took. */
  #take(bytes: Uint8Array): number {
    let at = 0;
    for (;;) {
      const [first = 0, second = 0, high = 0, low = 0] = bytes.subarray(at, at + 4);
      const headerBytes = second === 126 ? 4 : 2;
      const payloadBytes = second === 126 ? high * 256 + low : second;
      if (at + headerBytes > bytes.byteLength || at + headerBytes + payloadBytes > bytes.byteLength) {
        return at;
      }
      if ((first & 0x0f) === 1) this.answers.push(payloadBytes === ACK_PAYLOAD_BYTES);
      at += headerBytes + payloadBytes;
    }
  }
}

/** Two connections that flood one collector: one in ASCII, one with every length of UTF-8 and a few huge events. */
async function flood(address: string): Promise<readonly [Flooder, Flooder]> {
  const plain = await eventTexts(EVENTS_PER_CONNECTION);
  const odd = (await eventTexts(EVENTS_PER_CONNECTION)).map((text, index) => {
    const note = index % 15_000 === 14_999 ? "漢".repeat(340_000) : "é漢🙂".repeat(index % 50);
    return text.replace(`"event":{`, `"event":{"note":"${note}",`);
  });
  return [await Flooder.connect(address, plain), await Flooder.connect(address, odd)];
}

/** Whether the process has a worker, which only the spool starts. */
async function hasThread(collector: RunningProgram): Promise<boolean> {
  const tasks = `/proc/${collector.pid}/task`;
  for await (const { name } of Deno.readDir(tasks)) {
    const comm = await Deno.readTextFile(`${tasks}/${name}/comm`).catch(() => "");
    if (comm.startsWith("worker-")) return true;
  }
  return false;
}

/** Floods a collector until about so many events are acknowledged and the thread is at work; then ends it. */
async function floodUntil(
  collector: RunningProgram,
  ackedEvents: number,
  end: () => Promise<void>,
): Promise<readonly Flooder[]> {
  const flooders = await flood(collector.address);
  const sending = flooders.map((flooder) => flooder.send());
  const count = () => flooders.reduce((sum, flooder) => sum + flooder.answers.length, 0);
  await until("the flood is acknowledged in part", () => Promise.resolve(count() >= ackedEvents));
  assert.ok(await hasThread(collector), `no thread after ${count()} answers`);
  await end();
  await Promise.all(flooders.map((flooder) => flooder.ended));
  for (const flooder of flooders) flooder.close();
  await Promise.all(sending);
  assert.ok(count() < 2 * EVENTS_PER_CONNECTION, "the flood was over before the end came");
  return flooders;
}

const idOf = (text: string) => /"event_id":"([^"]+)"/.exec(text)?.[1] ?? "";
/** What central stores of a frame: the event's own text. */
const eventOf = (text: string) => text.slice(text.indexOf(`"event":`) + 8, -2);
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** Checks that each acknowledged event is stored as it was sent, and no event twice. */
async function assertStoredOnce(
  databaseUrl: string,
  flooders: readonly Flooder[],
  how: string,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const stored = new Map<string, string>();
  let rows = 0;
  try {
    const result = await client.query({
      text: "select event_id, md5(event) from tracing.events",
      rowMode: "array",
    });
    for (const [id, digest] of result.rows) stored.set(id, digest);
    rows = result.rows.length;
  } finally {
    await client.end();
  }
  const acked = flooders.flatMap((flooder) => flooder.acked);
  const lost = acked.filter((text) => stored.get(idOf(text)) !== md5(eventOf(text))).map(idOf);
  assert.deepEqual(
    lost.slice(0, 5),
    [],
    `${lost.length} of ${acked.length} acknowledged events lost or changed (${how})`,
  );
  assert.equal(rows, stored.size, `${rows - stored.size} events stored again (${how})`);
}

/** Checks that central has every sequence of every stream. */
async function assertGapless(central: RunningProgram): Promise<void> {
  for (const stream of await readList(`http://${central.address}/api/v1/streams`, "streams")) {
    assert.equal(JSON.parse(stream).records_dropped, 0, stream);
    assert.equal(JSON.parse(stream).records_dead, 0, stream);
  }
}

Deno.test("every acknowledged event of a flood is stored exactly once when the collector is killed in it", async () => {
  await using database = await freshDatabase();
  await using folder = await tempFolder();
  await using central = await startCentral({ databaseUrl: database.url });
  const start = () => startCollector({ folder: folder.path, central: central.address });
  const moments = Array.from({ length: 2 }, () => 10_000 + Math.floor(Math.random() * 60_000));
  const flooders: Flooder[] = [];
  for (const moment of moments) {
    await using collector = await start();
    flooders.push(
      ...await floodUntil(collector, moment, async () => void await collector.stop("SIGKILL")),
    );
  }
  await using collector = await start();
  await untilDelivered(collector, DELIVERY_LIMIT_MS);
  await assertStoredOnce(database.url, flooders, `killed after ${moments.join(" and ")} answers`);
  await assertGapless(central);
});

Deno.test("a collector that is asked to stop in a flood ends in time with everything acknowledged on disk", async () => {
  await using database = await freshDatabase();
  await using folder = await tempFolder();
  await using central = await startCentral({ databaseUrl: database.url });
  const start = () => startCollector({ folder: folder.path, central: central.address });
  let flooders: readonly Flooder[];
  {
    await using collector = await start();
    flooders = await floodUntil(collector, 20_000, async () => {
      const startedAtMs = performance.now();
      const status = await collector.stop("SIGTERM");
      const tookMs = performance.now() - startedAtMs;
      assert.equal(status.code, 0);
      assert.ok(tookMs < 5_000, `it took ${tookMs} ms`);
    });
  }
  await using collector = await start();
  await untilDelivered(collector, DELIVERY_LIMIT_MS);
  await assertStoredOnce(database.url, flooders, "stopped after 20000 answers");
  await assertGapless(central);
});
