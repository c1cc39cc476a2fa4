import { openTestStore } from "./_fixture.ts";
import { listsContract } from "./_lists_contract.ts";
import { tracesContract } from "./_traces_contract.ts";

Deno.test("reads hold their contract when the store is PGlite", async (t) => {
  await using store = await openTestStore();
  await tracesContract(t, store);
  await listsContract(t, store);
});
