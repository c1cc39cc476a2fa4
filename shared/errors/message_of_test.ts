import assert from "node:assert/strict";
import { messageOf } from "./mod.ts";

Deno.test("messageOf() joins the messages of an error and of its causes", () => {
  const error = new Error("Cannot read spool", { cause: new Error("disk gone", { cause: "EIO" }) });
  assert.equal(messageOf(error), "Cannot read spool: disk gone: EIO");
});

Deno.test("messageOf() says no words twice", () => {
  assert.equal(
    messageOf(new Error("Cannot x: refused", { cause: new Error("refused") })),
    "Cannot x: refused",
  );
});

Deno.test("messageOf() ends when a cause points back at its error", () => {
  const error = new Error("a");
  error.cause = error;
  assert.equal(messageOf(error), "a");
});

Deno.test("messageOf() shows what is no error as text", () => {
  assert.equal(messageOf("plain"), "plain");
  assert.equal(messageOf(new TypeError()), "TypeError");
});
