import { createHash } from "node:crypto";
import { ReplayError } from "./replay_error.ts";

/** A server to connect to, taken from a `ws://` url. */
export interface WsTarget {
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** The `Host` header: as in the url, with the port when the url names one. */
  readonly host: string;
  /** Path and query, verbatim. */
  readonly requestTarget: string;
  /** The url without user, query and fragment, so that no token reaches a message. */
  readonly shownUrl: string;
}

// RFC 6455, section 1.3.
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const WS_URL = /^ws:\/\/(?:[^/?#@]*@)?([^/?#@]+)(\/[^?#]*)?(\?[^#]*)?(?:#.*)?$/i;
const UNSENDABLE = /[^\x21-\x7e]/;

/**
 * Parses a `ws://` url. Path and query stay verbatim, as in the real client, which also drops user and password.
 *
 * @throws ReplayError `ERR_REPLAY_OPTIONS` for another scheme and for what does not fit in a request line.
 */
export function parseWsUrl(url: string): WsTarget {
  const shown = url.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
  const bad = (state: string) =>
    new ReplayError(`Cannot use url "${shown}": ${state}`, {
      code: "ERR_REPLAY_OPTIONS",
      hint: "Give a url like ws://localhost:8080; the real client speaks no TLS either",
    });
  const [, host, path, query] = WS_URL.exec(url) ?? [];
  if (host === undefined || !URL.canParse(url)) throw bad("it is no ws:// url");
  const requestTarget = `${path ?? "/"}${query ?? ""}`;
  if (UNSENDABLE.test(requestTarget)) {
    throw bad("its path or query has characters that need percent-encoding");
  }
  const { hostname, port } = new URL(url);
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 80 : Number(port),
    host,
    requestTarget,
    shownUrl: shown,
  };
}

/** A random value for `Sec-WebSocket-Key`. */
export function newWebSocketKey(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64();
}

/** Encodes the upgrade request with exactly the five headers of the real client, in its order. */
export function encodeUpgradeRequest(target: WsTarget, key: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([
    `GET ${target.requestTarget} HTTP/1.1`,
    `Host: ${target.host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    "",
    "",
  ].join("\r\n"));
}

/**
 * Returns what is wrong with the head of an answer to the upgrade request, or `undefined` when the server agreed.
 * Like the real client it refuses a subprotocol and an extension that nobody asked for.
 */
export function upgradeProblem(head: string, key: string): string | undefined {
  const [statusLine = "", ...lines] = head.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return "the answer is no HTTP/1.1";
  if (status !== "101") return `the server answered ${status} instead of 101`;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return 'the header "Upgrade" is not "websocket"';
  if (headers.get("sec-websocket-accept") !== acceptFor(key)) {
    return 'the header "Sec-WebSocket-Accept" is wrong';
  }
  for (const name of ["sec-websocket-protocol", "sec-websocket-extensions"]) {
    if (headers.has(name)) return `the header "${name}" came without having been asked for`;
  }
  return undefined;
}

/** The value of `Sec-WebSocket-Accept` that belongs to a key (RFC 6455, section 4.2.2). */
export function acceptFor(key: string): string {
  return createHash("sha1").update(key + ACCEPT_GUID).digest("base64");
}
