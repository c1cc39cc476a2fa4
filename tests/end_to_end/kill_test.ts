import assert from "node:assert/strict";
import { eventTexts } from "@reflow/scripts/bench";
import { connectRaw } from "@reflow/scripts/replay";
import { readList, type RunningProgram } from "@reflow/scripts/stack";
import { freshDatabase } from "../support/postgres.ts";
import { seededRandom } from "../support/seeded_random.ts";
import {
  startCentral,
  startCollector,
  tempFolder,
  until,
  untilDelivered,
  untilEnded,
} from "../support/stack.ts";

/** How often each program is killed while events flow. */
const KILLS = 6;
const CONNECTIONS = 3;

interface Sent {
  readonly eventId: string;
  acked: boolean;
}

/** A program that lost its power and came back: killed, and started again at the same address. */
class Phoenix implements AsyncDisposable {
  readonly #start: (address: string) => Promise<RunningProgram>;
  program: RunningProgram;

  private constructor(start: (address: string) => Promise<RunningProgram>, program: RunningProgram) {
    this.#start = start;
    this.program = program;
  }

  static async rise(start: (address: string) => Promise<RunningProgram>): Promise<Phoenix> {
    return new Phoenix(start, await start("127.0.0.1:0"));
  }

  async burn(): Promise<void> {
    const { address } = this.program;
    await this.program.stop("SIGKILL");
    this.program = await this.#start(address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}

/** Sends unique events over one connection after the other, as a fleet of programs would that start again. */
async function keepSending(address: string, log: Sent[], stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const pending: Sent[] = [];
    let answered = 0;
    try {
      await using client = await connectRaw(`ws://${address}/kill-test`, {
        onAnswer: (text) => {
          const sent = pending[answered++];
          if (sent !== undefined && text === `{"EventRecorded":{"success":true,"error":null}}`) {
            sent.acked = true;
          }
        },
      });
      for (const text of await eventTexts(2000)) {
        if (stop.aborted) break;
        const eventId = /"event_id":"([^"]+)"/.exec(text)?.[1] ?? "";
        const sent = { eventId, acked: false };
        pending.push(sent);
        log.push(sent);
        await client.send(text);
      }
      await until("answers have come", () => Promise.resolve(answered === pending.length), 2000).catch(
        () => {},
      );
    } catch {
      // The collector was killed: connect again, like the next program that starts.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function storedCounts(central: RunningProgram): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const base = `http://${central.address}/api/v1/traces`;
  for (const trace of await readList(base, "traces")) {
    for (const event of await readList(`${base}/${JSON.parse(trace).trace_id}/events`, "events")) {
      const id: string = JSON.parse(event).event_id;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

async function campaign(databaseUrl: string, folder: string): Promise<void> {
  await using central = await Phoenix.rise((address) => startCentral({ databaseUrl, address }));
  await using collector = await Phoenix.rise((address) =>
    startCollector({ folder, central: central.program.address, address })
  );
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  const random = seededRandom(seed);
  const log: Sent[] = [];
  const stop = new AbortController();
  const senders = Array.from(
    { length: CONNECTIONS },
    () => keepSending(collector.program.address, log, stop.signal),
  );
  for (let kill = 0; kill < KILLS * 2; kill++) {
    const before = log.length;
    await until("more events were sent", () => Promise.resolve(log.length > before + 200 + random() * 1500));
    await (random() < 0.5 ? central : collector).burn();
  }
  stop.abort();
  await Promise.all(senders);
  await untilDelivered(collector.program, 60_000);
  await untilEnded(central.program);

  const counts = await storedCounts(central.program);
  const acked = log.filter((sent) => sent.acked);
  const lost = acked.filter((sent) => counts.get(sent.eventId) === undefined);
  const doubled = [...counts].filter(([, count]) => count > 1);
  assert.ok(acked.length > 1000, `only ${acked.length} events were acknowledged (seed ${seed})`);
  assert.deepEqual(
    lost.slice(0, 5),
    [],
    `${lost.length} of ${acked.length} acknowledged events lost (seed ${seed})`,
  );
  assert.deepEqual(doubled.slice(0, 5), [], `${doubled.length} events stored more than once (seed ${seed})`);
}

Deno.test("every acknowledged event is stored exactly once when collector and central (PostgreSQL) are killed", async () => {
  await using database = await freshDatabase();
  await using folder = await tempFolder();
  await campaign(database.url, folder.path);
});

Deno.test("every acknowledged event is stored exactly once when collector and central (embedded) are killed", async () => {
  await using folder = await tempFolder();
  await campaign(`pglite://${folder.path}/data`, folder.path);
});
