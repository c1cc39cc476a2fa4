import assert from "node:assert/strict";
import fc from "fast-check";
import { newUuid } from "@reflow/shared/ids";
import { createCheck, createIngestFixture, pick, type TestStore } from "./_ingest_fixture.ts";
import { batch, block, eventLine, eventText, gap } from "./_records.ts";

/** What ingest must do with batches that overlap, repeat or leave a gap, on every database. */
export function describeWatermark(name: string, open: () => Promise<TestStore>): void {
  const check = createCheck(name, open);

  check("a batch above the watermark is a gap and leaves nothing", async ({ ingest, stream, ledger }) => {
    const id = newUuid();
    const sent = block(3, [eventLine(id, eventText(1))]);
    assert.deepEqual(await ingest.ingestBatch(stream, sent), { kind: "gap", expected: 0 });
    assert.deepEqual(await ledger(), {});
    assert.equal(await ingest.watermark(stream), 0);
    const declared = await ingest.ingestBatch(stream, batch(gap(0, 3), sent));
    assert.deepEqual(declared, { kind: "accepted", watermark: 4 });
    assert.deepEqual(await ledger(), {
      watermark: "4",
      stored: "1",
      dead: "0",
      dropped: "3",
      reasons: `{"disk_full": 3}`,
      events: "1",
    });
  });

  check(
    "a gap that is longer than a batch's rest is cut at the watermark",
    async ({ ingest, stream, ledger }) => {
      await ingest.ingestBatch(stream, gap(0, 5, "a"));
      assert.deepEqual(await ingest.ingestBatch(stream, gap(2, 10, "b")), {
        kind: "accepted",
        watermark: 12,
      });
      assert.deepEqual(pick(await ledger(), "dropped", "reasons"), {
        dropped: "12",
        reasons: `{"a": 5, "b": 7}`,
      });
    },
  );

  check("the same batch sent many times at once is stored once", async ({ ingest, stream, texts }) => {
    const id = newUuid();
    const events = Array.from({ length: 50 }, (_, n) => eventText(n));
    const bytes = block(0, events.map((event) => eventLine(id, event)));
    const results = await Promise.all(Array.from({ length: 5 }, () => ingest.ingestBatch(stream, bytes)));
    assert.deepEqual(results, Array(5).fill({ kind: "accepted", watermark: 50 }));
    assert.deepEqual(await texts(id), events);
  });

  check(
    "each record is stored once, however batches overlap, repeat and come out of order",
    async ({ database }) => {
      const plan = fc.record({
        kinds: fc.array(fc.constantFrom("event", "event", "event", "dead", "gap"), {
          minLength: 1,
          maxLength: 40,
        }),
        sends: fc.array(fc.record({ from: fc.nat(39), length: fc.nat(15), cut: fc.nat(15) }), {
          maxLength: 12,
        }),
      });
      await fc.assert(
        fc.asyncProperty(plan, async ({ kinds, sends }) => {
          const { ingest, stream, texts, ledger, heard } = createIngestFixture(database);
          const id = newUuid();
          const events = kinds.map((_, n) => eventText(n));
          // A gap is one sequence long here, so that any cut is a batch.
          const part = (from: number, to: number): Uint8Array[] => {
            const blocks: Uint8Array[] = [];
            for (let n = from; n < to; n++) {
              const kind = kinds[n];
              if (kind === "gap") blocks.push(gap(n, 1));
              else blocks.push(block(n, [kind === "dead" ? "?" : eventLine(id, events[n] ?? "")]));
            }
            return blocks;
          };
          let watermark = 0;
          const all = [...sends, { from: 0, length: kinds.length, cut: kinds.length }];
          for (const { from, length, cut } of all) {
            const start = Math.min(from, kinds.length - 1);
            const end = Math.min(start + Math.max(length, 1), kinds.length);
            const middle = Math.min(start + cut, end);
            const result = await ingest.ingestBatch(
              stream,
              batch(...part(start, middle), ...part(middle, end)),
            );
            if (start > watermark) assert.deepEqual(result, { kind: "gap", expected: watermark });
            else {
              watermark = Math.max(watermark, end);
              assert.deepEqual(result, { kind: "accepted", watermark });
            }
          }
          const stored = events.filter((_, n) => kinds[n] === "event");
          assert.deepEqual(await texts(id), stored);
          assert.deepEqual(heard.map((event) => event.text), stored);
          const count = (kind: string) => String(kinds.filter((other) => other === kind).length);
          assert.deepEqual(pick(await ledger(), "watermark", "stored", "dead", "dropped"), {
            watermark: String(kinds.length),
            stored: count("event"),
            dead: count("dead"),
            dropped: count("gap"),
          });
        }),
        { numRuns: 25 },
      );
    },
  );
}
