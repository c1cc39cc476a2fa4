import { formatAddress } from "../config/mod.ts";
import { everyMs, type Logger } from "../telemetry/mod.ts";
import { systemClock } from "../time/mod.ts";
import { aborted } from "./aborted.ts";
import { deadline } from "./deadline.ts";
import { listenError } from "./listen_error.ts";

/** An open port. Disposing it stops taking requests and gives those under way a moment. */
export interface Listener extends AsyncDisposable {
  readonly hostname: string;
  /** The real port when 0 was asked for. */
  readonly port: number;
}

/** What happens around an open port. */
export interface ListenOptions {
  /** Runs first when the port closes, for what `Deno.serve` knows nothing of. */
  readonly beforeClose?: () => void;
  /** Hears when the port fails while it is open. */
  readonly log: Logger;
}

/** How long requests and sockets under way may take to end when the port closes. */
const CLOSE_LIMIT_MS = 1000;
/** Whatever made the port fail is there for a moment longer; programs that connect meanwhile are refused. */
const REOPEN_AFTER_MS = 100;
const COMPLAIN_EVERY_MS = 10_000;

type Address = { readonly hostname: string; readonly port: number };

/**
 * Opens a port for HTTP and keeps it open: the runtime closes a port for good when one `accept` fails, as it does
 * when the process has no file descriptor left, and the failure of a port nobody watches ends the process. Open
 * connections outlive that.
 *
 * @throws ListenError `ERR_LISTEN_IN_USE`, `ERR_LISTEN_DENIED`, `ERR_LISTEN_ADDRESS`
 */
export function listen(address: Address, handler: Deno.ServeHandler, options: ListenOptions): Listener {
  const closing = new AbortController();
  const seldom = everyMs(systemClock, COMPLAIN_EVERY_MS);
  let server = serve(address, handler);
  const { hostname, port } = server.addr;

  async function keepOpen(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await server.finished;
        return;
      } catch (error) {
        complain(error);
      }
      await reopen();
    }
  }

  async function reopen(): Promise<void> {
    for (;;) {
      await systemClock.sleep(REOPEN_AFTER_MS, closing.signal);
      if (closing.signal.aborted) return;
      try {
        server = serve({ hostname, port }, handler);
        return;
      } catch (error) {
        complain(error);
      }
    }
  }

  function complain(error: unknown): void {
    seldom((unsaid) => options.log.error("The port failed and is opened again", { port, error, unsaid }));
  }

  const kept = keepOpen();
  return {
    hostname,
    port,
    async [Symbol.asyncDispose]() {
      closing.abort();
      options.beforeClose?.();
      using limit = deadline(CLOSE_LIMIT_MS);
      await Promise.race([server.shutdown().then(() => kept), aborted(limit.signal)]);
    },
  };
}

function serve(address: Address, handler: Deno.ServeHandler): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...address, onListen: () => {} }, handler);
  } catch (error) {
    throw listenError(formatAddress(address), error);
  }
}
