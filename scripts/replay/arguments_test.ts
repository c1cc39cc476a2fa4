import assert from "node:assert/strict";
import { parseReplayArguments } from "./arguments.ts";

Deno.test("parseReplayArguments() fills in the defaults", () => {
  assert.deepEqual(parseReplayArguments(["a.ndjson"]), {
    file: "a.ndjson",
    url: "ws://localhost:8080",
    speed: 1,
    copies: 1,
  });
});

Deno.test("parseReplayArguments() reads every option", () => {
  assert.deepEqual(
    parseReplayArguments(["--speed=max", "--connections", "7", "f", "--url", "ws://h:1/p?token=t"]),
    { file: "f", url: "ws://h:1/p?token=t", speed: "max", copies: 7 },
  );
  assert.equal(parseReplayArguments(["f", "--speed", "2.5"])?.speed, 2.5);
});

Deno.test("parseReplayArguments() gives nothing when help is asked for", () => {
  assert.equal(parseReplayArguments(["--help"]), undefined);
});

Deno.test("parseReplayArguments() names every problem at once", () => {
  assert.throws(() => parseReplayArguments(["--speed", "fast", "--connections", "0", "--url", "wss://h"]), {
    code: "ERR_REPLAY_OPTIONS",
    message: 'Cannot replay: FILE is missing; --speed "fast" is neither a number above 0 nor max; ' +
      '--connections "0" is no whole number above 0; --url: Cannot use url "wss://h": it is no ws:// url',
  });
});

Deno.test("parseReplayArguments() refuses an option that does not exist and a second file", () => {
  assert.throws(() => parseReplayArguments(["f", "--sped", "1"]), /--sped/);
  assert.throws(() => parseReplayArguments(["f", "g"]), /one FILE is expected, not also "g"/);
});
