import { newUuid, parseUuid, type Uuid } from "../ids/mod.ts";
import { RecentIds } from "./recent_ids.ts";

/** As many as a flood brings within a second. */
const IDS = 100_000;
/** What a session remembers. */
const CAPACITY = 1024;

const json = JSON.stringify(Array.from({ length: IDS }, () => parseUuid(crypto.randomUUID()) ?? newUuid()));

/** Fresh strings, as a parser makes them: their hashes are not known yet. */
function freshIds(): Uuid[] {
  const ids: unknown = JSON.parse(json);
  if (!Array.isArray(ids)) throw new Error("Cannot measure: no list of ids");
  return ids.map((id) => parseUuid(id) ?? newUuid());
}

Deno.bench("100,000 ids in two sets of strings", { group: "ids", baseline: true }, (bench) => {
  const ids = freshIds();
  let young = new Set<string>();
  let old = new Set<string>();
  bench.start();
  for (const id of ids) {
    if (young.has(id) || old.has(id)) continue;
    if (young.size >= CAPACITY) {
      old = young;
      young = new Set();
    }
    young.add(id);
  }
  bench.end();
});

Deno.bench("100,000 ids in RecentIds", { group: "ids" }, (bench) => {
  const ids = freshIds();
  const recent = new RecentIds(CAPACITY);
  bench.start();
  for (const id of ids) recent.add(id);
  bench.end();
});
