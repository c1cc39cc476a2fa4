import { type Connections, isUpgrade, upgrade } from "@reflow/shared/connection";
import { type Address, formatAddress } from "@reflow/shared/config";
import { listen } from "@reflow/shared/lifecycle";
import type { EndReason } from "@reflow/shared/record";
import type { Logger } from "@reflow/shared/telemetry";

/** What the port needs. */
export interface ReceiverDeps {
  readonly connections: Connections;
  /** Answers everything that is not a WebSocket. */
  readonly http: (request: Request) => Response | Promise<Response>;
  readonly log: Logger;
}

/** The open port. */
export interface Receiver extends AsyncDisposable {
  /** `host:port` in use; the port is the real one when 0 was asked for. */
  readonly address: string;
  /** Ends every session and takes no more frames. */
  endSessions(reason: EndReason): void;
}

/**
 * Opens the port.
 *
 * @throws ListenError when the address cannot be used.
 */
export function createReceiver(
  deps: ReceiverDeps,
  options: { readonly address: Address; readonly idleTimeoutSeconds: number },
): Receiver {
  const { connections, http, log } = deps;
  const listener = listen(
    options.address,
    (request) => isUpgrade(request) ? upgrade(request, connections, options) : http(request),
    { beforeClose: () => connections.closeAll(), log },
  );
  return {
    address: formatAddress(listener),
    endSessions: (reason) => connections.endAll(reason),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}
