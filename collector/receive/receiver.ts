import { type Connections, isUpgrade, upgrade } from "@reflow/shared/connection";
import { type Address, formatAddress } from "@reflow/shared/config";
import type { EndReason } from "@reflow/shared/record";

/** What the port needs. */
export interface ReceiverDeps {
  readonly connections: Connections;
  /** Answers everything that is not a WebSocket. */
  readonly http: (request: Request) => Response | Promise<Response>;
}

/** The open port. */
export interface Receiver extends AsyncDisposable {
  /** `host:port` in use; the port is the real one when 0 was asked for. */
  readonly address: string;
  /** Ends every session and takes no more frames. */
  endSessions(reason: EndReason): void;
}

/** How long open plain requests and sockets may take to close when the program stops. */
const CLOSE_LIMIT_MS = 1000;

/**
 * Opens the port.
 *
 * @throws Deno.errors.AddrInUse and the like when the address cannot be used.
 */
export function createReceiver(
  deps: ReceiverDeps,
  options: { readonly address: Address; readonly idleTimeoutSeconds: number },
): Receiver {
  const { connections, http } = deps;
  const server = Deno.serve({
    hostname: options.address.hostname,
    port: options.address.port,
    onListen: () => {},
  }, (request) => isUpgrade(request) ? upgrade(request, connections, options) : http(request));
  return {
    address: formatAddress({ hostname: server.addr.hostname, port: server.addr.port }),
    endSessions: (reason) => connections.endAll(reason),
    async [Symbol.asyncDispose]() {
      connections.closeAll();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSE_LIMIT_MS));
      await Promise.race([server.shutdown(), limit]);
      clearTimeout(timer);
    },
  };
}
