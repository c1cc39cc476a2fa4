import { freshDatabase } from "@reflow/tests/support/postgres";
import { openTestStore, type TestStore } from "./_fixture.ts";
import { filterModelContract } from "./_filter_model_contract.ts";
import { listsContract } from "./_lists_contract.ts";
import { tracesContract } from "./_traces_contract.ts";
import { wireContract } from "./_wire_contract.ts";

async function queriesContract(t: Deno.TestContext, store: TestStore): Promise<void> {
  await tracesContract(t, store);
  await listsContract(t, store);
  await wireContract(t, store);
  await filterModelContract(t, store);
}

Deno.test("reads hold their contract when the store is PGlite", async (t) => {
  await using store = await openTestStore();
  await queriesContract(t, store);
});

Deno.test("reads hold their contract when the store is PostgreSQL", async (t) => {
  await using database = await freshDatabase();
  await using store = await openTestStore(database.url);
  await queriesContract(t, store);
});
