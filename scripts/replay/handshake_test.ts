import assert from "node:assert/strict";
import { acceptFor, encodeUpgradeRequest, newWebSocketKey, parseWsUrl, upgradeProblem } from "./handshake.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const AGREED = [
  "HTTP/1.1 101 Switching Protocols",
  "connection: Upgrade",
  "UPGRADE: WebSocket",
  `sec-websocket-accept: ${acceptFor(KEY)}`,
];

Deno.test("acceptFor() gives the value of RFC 6455 section 1.3", () => {
  assert.equal(acceptFor(KEY), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

Deno.test("newWebSocketKey() gives 16 bytes in base 64, another one each time", () => {
  assert.equal(Uint8Array.fromBase64(newWebSocketKey()).length, 16);
  assert.notEqual(newWebSocketKey(), newWebSocketKey());
});

Deno.test.each([
  ["ws://localhost:8080", "localhost", 8080, "localhost:8080", "/"],
  ["ws://localhost", "localhost", 80, "localhost", "/"],
  ["ws://[::1]:9000/", "::1", 9000, "[::1]:9000", "/"],
  ["ws://user:pass@host:1/a", "host", 1, "host:1", "/a"],
  ["ws://h:1?x=%2f&y=a'b", "h", 1, "h:1", "/?x=%2f&y=a'b"],
  ["ws://h:1/a/../b//c?x#frag", "h", 1, "h:1", "/a/../b//c?x"],
])("parseWsUrl() keeps path and query of %s verbatim", (url, hostname, port, host, requestTarget) => {
  const target = parseWsUrl(url);
  assert.deepEqual(
    [target.hostname, target.port, target.host, target.requestTarget],
    [hostname, port, host, requestTarget],
  );
});

Deno.test.each([
  "wss://h",
  "http://h",
  "localhost:8080",
  "ws://",
  "ws://h:99999",
  "ws://h/a b",
  "ws://h/\r\nX: y",
  "",
])(
  'parseWsUrl() refuses "%s"',
  (url) => {
    assert.throws(() => parseWsUrl(url), { code: "ERR_REPLAY_OPTIONS" });
  },
);

Deno.test("parseWsUrl() shows neither password nor token", () => {
  assert.equal(parseWsUrl("ws://u:secret@h:1/a?token=secret").shownUrl, "ws://h:1/a");
  assert.throws(() => parseWsUrl("wss://u:secret@h:1/a?token=secret"), /Cannot use url "wss:\/\/h:1\/a"/);
});

Deno.test("encodeUpgradeRequest() sends the five headers of the real client and no other", () => {
  const text = new TextDecoder().decode(encodeUpgradeRequest(parseWsUrl("ws://h:1/f?service=s"), KEY));
  assert.equal(
    text,
    "GET /f?service=s HTTP/1.1\r\nHost: h:1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
  );
});

Deno.test("upgradeProblem() is silent when the server agreed", () => {
  assert.equal(upgradeProblem(AGREED.join("\r\n"), KEY), undefined);
});

Deno.test.each([
  ["another status", ["HTTP/1.1 404 Not Found"], "the server answered 404 instead of 101"],
  ["no HTTP", ["hello"], "the answer is no HTTP/1.1"],
  ["no upgrade", AGREED.toSpliced(2, 1), 'the header "Upgrade" is not "websocket"'],
  ["no accept", AGREED.toSpliced(3, 1), 'the header "Sec-WebSocket-Accept" is wrong'],
  [
    "a subprotocol",
    [...AGREED, "Sec-WebSocket-Protocol: reflow-tracing-v1"],
    'the header "sec-websocket-protocol" came without having been asked for',
  ],
])("upgradeProblem() names %s", (_name, lines, problem) => {
  assert.equal(upgradeProblem(lines.join("\r\n"), KEY), problem);
});
