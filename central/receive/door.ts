import { type Connections, upgrade } from "@reflow/shared/connection";

/** Limits of the door. */
export interface DoorOptions {
  readonly maxConnections: number;
  readonly idleTimeoutSeconds: number;
}

/** Makes the function that answers WebSocket handshakes. */
export function createDoor(connections: Connections, options: DoorOptions): (request: Request) => Response {
  return function answerHandshake(request) {
    if (connections.size < options.maxConnections) return upgrade(request, connections, options);
    const message =
      `Cannot take another connection: ${connections.size} are open, server.max_connections is ${options.maxConnections}`;
    return Response.json({ error: { code: "too_many_connections", message } }, {
      status: 503,
      headers: { "retry-after": "5" },
    });
  };
}
