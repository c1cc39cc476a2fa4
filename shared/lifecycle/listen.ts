import { formatAddress } from "../config/mod.ts";
import { listenError } from "./listen_error.ts";

/** An open port. Disposing it stops taking requests and gives those under way a moment. */
export interface Listener extends AsyncDisposable {
  readonly hostname: string;
  /** The real port when 0 was asked for. */
  readonly port: number;
}

/** How long requests and sockets under way may take to end when the port closes. */
const CLOSE_LIMIT_MS = 1000;

/**
 * Opens a port for HTTP.
 *
 * @param options.beforeClose runs first when the port closes, for what `Deno.serve` knows nothing of.
 * @throws ListenError `ERR_LISTEN_IN_USE`, `ERR_LISTEN_DENIED`, `ERR_LISTEN_ADDRESS`
 */
export function listen(
  address: { readonly hostname: string; readonly port: number },
  handler: Deno.ServeHandler,
  options: { readonly beforeClose?: () => void } = {},
): Listener {
  const server = serve(address, handler);
  return {
    hostname: server.addr.hostname,
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      options.beforeClose?.();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSE_LIMIT_MS));
      await Promise.race([server.shutdown(), limit]);
      clearTimeout(timer);
    },
  };
}

function serve(
  address: { readonly hostname: string; readonly port: number },
  handler: Deno.ServeHandler,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...address, onListen: () => {} }, handler);
  } catch (error) {
    throw listenError(formatAddress(address), error);
  }
}
