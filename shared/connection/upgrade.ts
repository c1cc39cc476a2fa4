import type { Connections } from "./connections.ts";

/** The only subprotocol that upstream names; nobody asks for it, and it is echoed to nobody else. */
const SUBPROTOCOL = "reflow-tracing-v1";

/** Whether a request asks for a WebSocket. */
export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/**
 * Answers a WebSocket handshake on any path and hands the socket on.
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
  const { socket, response } = Deno.upgradeWebSocket(request, {
    idleTimeout: options.idleTimeoutSeconds,
    // Naming a protocol that was not asked for makes the real client abort the handshake.
    ...(asked.includes(SUBPROTOCOL) ? { protocol: SUBPROTOCOL } : {}),
  });
  const url = new URL(request.url);
  connections.accept(socket, url.pathname + url.search);
  return response;
}
