import assert from "node:assert/strict";
import { openLogging } from "./open_logging.ts";

function memoryTarget() {
  const chunks: string[] = [];
  return {
    lines: () => chunks.join("").split("\n").filter((line) => line !== ""),
    write(bytes: Uint8Array) {
      chunks.push(new TextDecoder().decode(bytes));
      return Promise.resolve(bytes.length);
    },
  };
}

Deno.test("openLogging() writes lines of its level and above with the fields of children", async () => {
  const writeTo = memoryTarget();
  {
    await using logging = openLogging({ level: "warn", format: "json", target: "stdout", writeTo });
    const log = logging.logger.child({ component: "ship" }).child({ stream: "s1" });
    log.info("not written");
    log.warn("Central is away", { attempt: 2 });
    log.error("Central refuses");
  }
  const [first, second, ...more] = writeTo.lines().map((line) => JSON.parse(line));
  assert.deepEqual([first.level, first.component, first.stream, first.attempt], ["warn", "ship", "s1", 2]);
  assert.equal(second.level, "error");
  assert.equal(more.length, 0);
});

Deno.test("openLogging() leaves braces in a message alone", async () => {
  const writeTo = memoryTarget();
  {
    await using logging = openLogging({ level: "debug", format: "text", target: "stderr", writeTo });
    logging.logger.debug("Frame {a} of {{b}}", { a: 1 });
  }
  assert.match(writeTo.lines()[0] ?? "", /DEBUG Frame \{a\} of \{\{b\}\} a=1$/);
});

Deno.test("openLogging() works again when the last log was disposed", async () => {
  for (let round = 0; round < 2; round++) {
    const writeTo = memoryTarget();
    {
      await using logging = openLogging({ level: "info", format: "json", target: "stdout", writeTo });
      logging.logger.info("x");
    }
    assert.equal(writeTo.lines().length, 1);
  }
});
