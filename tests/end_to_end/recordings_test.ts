import { freshDatabase } from "../support/postgres.ts";
import { playAndCompare } from "../support/play.ts";
import { startCentral, startCollector, tempFolder, untilDelivered, untilEnded } from "../support/stack.ts";

const RECORDINGS = ["simple", "complete", "flow3-a", "fleet"] as const;

async function throughCollector(databaseUrl: string): Promise<void> {
  await using folder = await tempFolder();
  await using central = await startCentral({ databaseUrl });
  await using collector = await startCollector({ folder: folder.path, central: central.address });
  for (const name of RECORDINGS) {
    const settle = async () => {
      await untilDelivered(collector);
      await untilEnded(central);
    };
    await playAndCompare(name, { address: collector.address, central, settle });
  }
}

async function directly(databaseUrl: string): Promise<void> {
  await using central = await startCentral({ databaseUrl });
  for (const name of RECORDINGS) {
    await playAndCompare(name, { address: central.address, central, settle: () => untilEnded(central) });
  }
}

Deno.test("recordings are read back exactly through the collector, embedded store", async () => {
  await using data = await tempFolder();
  await throughCollector(`pglite://${data.path}/data`);
});

Deno.test("recordings are read back exactly through the collector, PostgreSQL", async () => {
  await using database = await freshDatabase();
  await throughCollector(database.url);
});

Deno.test("recordings are read back exactly from central itself, embedded store", async () => {
  await using data = await tempFolder();
  await directly(`pglite://${data.path}/data`);
});

Deno.test("recordings are read back exactly from central itself, PostgreSQL", async () => {
  await using database = await freshDatabase();
  await directly(database.url);
});
