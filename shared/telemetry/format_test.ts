import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../errors/mod.ts";
import { formatJsonLine, formatTextLine, type LogEntry } from "./format.ts";

function entry(fields: LogEntry["fields"], msg = "Stored batch"): LogEntry {
  return { unixMs: Date.UTC(2024, 0, 2, 3, 4, 5, 6), level: "info", msg, fields };
}

const failure = new AppError('Cannot open spool "a": locked', {
  code: "ERR_SPOOL_LOCKED",
  hint: "Stop the other collector",
  cause: new TypeError("busy"),
});

Deno.test("formatJsonLine() puts time, level, message and component before the fields", () => {
  assert.equal(
    formatJsonLine(entry({ records: 3, component: "ingest" })),
    '{"time":"2024-01-02T03:04:05.006Z","level":"info","msg":"Stored batch","component":"ingest","records":3}',
  );
});

Deno.test("formatJsonLine() renders an error as code, message, hint and cause", () => {
  const { error } = JSON.parse(formatJsonLine(entry({ error: failure })));
  assert.equal(error.code, "ERR_SPOOL_LOCKED");
  assert.equal(error.hint, "Stop the other collector");
  assert.equal(error.cause.message, "busy");
  assert.equal(error.stack, undefined);
  assert.match(error.cause.stack, /TypeError/);
});

Deno.test("formatJsonLine() keeps its own names when fields use them", () => {
  const line = JSON.parse(formatJsonLine(entry({ level: "forged", time: 1, __proto__: null, msg: "x" })));
  assert.equal(line.level, "info");
  assert.equal(line.level_, "forged");
});

Deno.test("formatJsonLine() survives values that resist", () => {
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  const hostile = {
    get trap(): never {
      throw new Error("no");
    },
  };
  const line = JSON.parse(
    formatJsonLine(
      entry({ loop, hostile, big: 2n ** 64n, nan: NaN, long: "x".repeat(10_000), list: Array(999) }),
    ),
  );
  assert.equal(line.hostile, "[unreadable]");
  assert.equal(line.big, "18446744073709551616");
  assert.equal(line.long.length, 2_001);
  assert.equal(line.list.length, 51);
});

Deno.test("formatJsonLine() leaves the credentials of a URL out", () => {
  const line = JSON.parse(formatJsonLine(entry({ url: new URL("postgresql://admin:hunter2@db/tracing") })));
  assert.equal(line.url, "postgresql://db/tracing");
});

Deno.test("formatTextLine() is one readable line when a field is an error", () => {
  assert.equal(
    formatTextLine(entry({ component: "spool", dir: "/var/a b", error: failure })),
    '2024-01-02T03:04:05.006Z INFO  spool: Stored batch dir="/var/a b" ' +
      'error="Cannot open spool \\"a\\": locked [ERR_SPOOL_LOCKED] (hint: Stop the other collector): busy"',
  );
});

const nasty = fc.string({ unit: "binary" });
for (const format of [formatJsonLine, formatTextLine]) {
  Deno.test(`${format.name}() writes one line without controls whatever it is given`, () => {
    fc.assert(fc.property(nasty, nasty, fc.anything(), (msg, name, value) => {
      const line = format(entry({ [name]: value, text: name }, msg));
      assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029\u202e]/u);
      if (format === formatJsonLine) JSON.parse(line);
    }));
  });
}
