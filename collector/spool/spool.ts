import type { Clock } from "@reflow/shared/time";
import type { Logger } from "@reflow/shared/telemetry";
import type { SpoolFs } from "./fs.ts";
import { SpoolError } from "./spool_error.ts";
import type { Spool, SpoolOptions } from "./types.ts";

/** What a spool works with. */
export interface SpoolDeps {
  readonly fs: SpoolFs;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Opens the folder, recovers what earlier runs left, and begins the stream of this run.
 *
 * @throws SpoolError `ERR_SPOOL_LOCKED`, `ERR_SPOOL_VERSION`, `ERR_SPOOL_OPEN`
 */
export function openSpool(_deps: SpoolDeps, options: SpoolOptions): Promise<Spool> {
  return Promise.reject(
    new SpoolError(`Cannot open spool "${options.folder}": the writer is not there yet`, {
      code: "ERR_SPOOL_OPEN",
    }),
  );
}
