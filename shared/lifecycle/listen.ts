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
 * @throws Deno.errors.AddrInUse and the like when the address cannot be used.
 */
export function listen(
  address: { readonly hostname: string; readonly port: number },
  handler: Deno.ServeHandler,
  options: { readonly beforeClose?: () => void } = {},
): Listener {
  const server = Deno.serve({ ...address, onListen: () => {} }, handler);
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
