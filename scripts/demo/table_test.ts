import assert from "node:assert/strict";
import { drawTable, printable, traceRow } from "./table.ts";

Deno.test("drawTable() aligns texts to the left and numbers to the right", () => {
  assert.equal(
    drawTable(["flow", "events"], [["orders", 7], ["x", 1234]]),
    ["flow    events", "──────  ──────", "orders       7", "x         1234"].join("\n"),
  );
});

Deno.test("printable() lets nothing through that a terminal would obey", () => {
  assert.equal(printable("a\x1b[31mb\u202ec\u0085"), "a·[31mb·c·");
});

Deno.test("traceRow() shows the name of the flow, or the client's id without one", () => {
  assert.equal(traceRow({ flow_id: "network_session_1", summary: { flow: "orders" } }).flow, "orders");
  assert.equal(traceRow({ flow_id: "network_session_1", summary: { flow: null } }).flow, "network_session_1");
  assert.equal(traceRow({ status: { Failed: { error: "x" } } }).status, "Failed");
});
