import assert from "node:assert/strict";
import fc from "fast-check";
import { labelsFromUrl } from "./mod.ts";

const NONE = { flow: null, service: null, environment: null, host: null, labels: {} };

Deno.test.each(
  [
    ["/", {}],
    ["", {}],
    ["/orders", { flow: "orders" }],
    ["/orders/", { flow: "orders" }],
    ["//orders", { flow: "orders" }],
    ["/team/orders", { flow: "team/orders" }],
    ["/zahlungs-flow-%C3%BC", { flow: "zahlungs-flow-ü" }],
    ["/100%25", { flow: "100%" }],
    ["/100%", { flow: "100%" }],
    ["/%C3%28", { flow: "%C3%28" }],
    ["/?flow=orders", { flow: "orders" }],
    ["/orders?flow=other", { flow: "orders" }],
    ["/orders?service=billing&environment=staging", {
      flow: "orders",
      service: "billing",
      environment: "staging",
    }],
    ["/?service=&environment=", {}],
    ["/?service=a&service=b", { service: "a" }],
    ["/?service=%zz", { service: "%zz" }],
    ["/?service=a+b%20c", { service: "a b c" }],
    ["/?region=eu&=x&empty=", { labels: { region: "eu", empty: "" } }],
    ["/?region=eu&region=us", { labels: { region: "us" } }],
    ["/?__proto__=x", { labels: JSON.parse(`{"__proto__":"x"}`) }],
    ["/?a?b=c", { labels: { "a?b": "c" } }],
  ] as const,
)("labelsFromUrl(%s) takes names and labels", (url, expected) => {
  assert.deepEqual(labelsFromUrl(url, {}).labels, { ...NONE, ...expected });
});

Deno.test.each([
  ["/orders?token=abc", "abc"],
  ["/?service=a&token=a%20b", "a b"],
  ["/?token=", ""],
  ["/?token=abc&token=def", "abc"],
  ["/orders", undefined],
])("labelsFromUrl(%s) gives the token beside the labels", (url, token) => {
  const given = labelsFromUrl(url, {});
  assert.equal(given.token, token);
  assert.deepEqual(given.labels.labels, {});
});

Deno.test.each([
  "token",
  "Token",
  "TOKEN",
  "access_token",
  "api_key",
  "apikey",
  "X-API-Key",
  "client_secret",
  "Password",
])(
  "labelsFromUrl() keeps what came as %s out of the labels",
  (name) => {
    const given = labelsFromUrl(`/orders?${name}=hunter2&region=eu`, {});
    assert.deepEqual(given.labels.labels, { region: "eu" });
    assert.ok(!JSON.stringify(given.labels).includes("hunter2"));
  },
);

Deno.test("labelsFromUrl() puts the URL before the configuration", () => {
  const defaults = {
    flow: "default",
    service: "s",
    environment: "e",
    host: "worker-07",
    labels: { region: "eu", rack: "7" },
  };
  assert.deepEqual(labelsFromUrl("/?region=us", defaults).labels, {
    flow: "default",
    service: "s",
    environment: "e",
    host: "worker-07",
    labels: { region: "us", rack: "7" },
  });
  assert.equal(labelsFromUrl("/orders?service=billing", defaults).labels.flow, "orders");
  assert.equal(labelsFromUrl("/orders?service=billing", defaults).labels.service, "billing");
});

Deno.test("labelsFromUrl() keeps sixteen labels and the first of what the others say", () => {
  const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
  const query = [...names.map((name) => `${name}=1`), "n0=2"].join("&");
  const { labels } = labelsFromUrl(`/?${query}`, {}).labels;
  assert.deepEqual(Object.keys(labels), names.slice(0, 16));
  assert.equal(labels["n0"], "2");
});

Deno.test("labelsFromUrl() cuts long names and values without halving a character", () => {
  const long = "x".repeat(255) + "🚀" + "x".repeat(1000);
  const text = encodeURIComponent(long);
  const { flow, service, labels } = labelsFromUrl(`/${text}?service=${text}&${text}=${text}`, {}).labels;
  const cut = "x".repeat(255) + "\ufffd";
  assert.deepEqual([flow, service, labels], [cut, cut, { [cut]: cut }]);
});

Deno.test("labelsFromUrl() takes any path and query, and never shows the token", () => {
  const piece = fc.oneof(fc.constantFrom("%", "%E0", "&", "=", "?", "/", "#", "+", "flow"), fc.string());
  const url = fc.array(piece, { maxLength: 20 }).map((pieces) => `/${pieces.join("")}`);
  fc.assert(fc.property(url, (text) => {
    const separator = text.includes("?") ? "&" : "?";
    const given = labelsFromUrl(`${text}${separator}token=s3cr3t`, {});
    assert.ok(Object.keys(given.labels.labels).length <= 16);
    assert.ok(JSON.stringify(given.labels).length < 20_000);
    assert.ok(!JSON.stringify(given.labels).includes("s3cr3t") || text.includes("token"));
  }));
});
