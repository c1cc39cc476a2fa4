import { messageOf } from "../errors/mod.ts";
import type { Connections } from "./connections.ts";

/** The only subprotocol that upstream names; nobody asks for it, and it is echoed to nobody else. */
const SUBPROTOCOL = "reflow-tracing-v1";

/** Whether a request asks for a WebSocket. */
export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/**
 * Answers a WebSocket handshake on any path and hands the socket on; 400 when the handshake is broken.
 *
 * @param options.idleTimeoutSeconds after that long without a frame a ping is sent; no pong in as long again ends
 * the connection. 0 sends none.
 */
export function upgrade(
  request: Request,
  connections: Connections,
  options: { readonly idleTimeoutSeconds: number },
): Response {
  const asked = request.headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
  let upgraded: Deno.WebSocketUpgrade;
  try {
    upgraded = Deno.upgradeWebSocket(request, {
      idleTimeout: options.idleTimeoutSeconds,
      // Naming a protocol that was not asked for makes the real client abort the handshake.
      ...(asked.includes(SUBPROTOCOL) ? { protocol: SUBPROTOCOL } : {}),
    });
  } catch (error) {
    // The runtime throws for a handshake with a header missing, and would answer 500 with a trace on stderr.
    const message = `Cannot upgrade: ${messageOf(error)}`;
    return Response.json({ error: { code: "bad_handshake", message } }, { status: 400 });
  }
  connections.accept(upgraded.socket, targetOf(request.url));
  return upgraded.response;
}

/**
 * Path and query of a request. Not by `URL`, which throws for a `Host` header such as `[::`, and a throw after the
 * upgrade ends the process.
 */
function targetOf(url: string): string {
  return /^[^:/?#]*:\/\/[^/?#]*([^#]*)/.exec(url)?.[1] || "/";
}
