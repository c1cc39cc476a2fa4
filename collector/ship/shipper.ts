import { TaskGroup } from "@reflow/shared/lifecycle";
import type { Spool } from "../spool/mod.ts";
import { StreamShipper, type StreamShipperDeps } from "./stream_shipper.ts";
import type { ShipOptions } from "./types.ts";

/** What delivery works with. */
export interface ShipperDeps extends Omit<StreamShipperDeps, "collectorId"> {
  readonly spool: Pick<Spool, "collectorId" | "live" | "backlog">;
}

/** A stream that the disk does not give back now is looked at again after this. */
const UNREADABLE_RETRY_MS = 30_000;

/**
 * Sends this run's stream and those of earlier runs beside each other until `signal` aborts, so that what happens
 * now is visible at once while a backlog drains.
 */
export async function runShipper(
  deps: ShipperDeps,
  options: ShipOptions,
  signal: AbortSignal,
): Promise<void> {
  await using group = new TaskGroup({ signal });
  group.run("ship live stream", (stop) => shipLive(deps, options, stop));
  group.run("ship backlog", (stop) => shipBacklog(deps, options, stop));
  await group.done();
}

async function shipLive(deps: ShipperDeps, options: ShipOptions, signal: AbortSignal): Promise<void> {
  const { live, collectorId } = deps.spool;
  const shipper = new StreamShipper({ ...deps, collectorId }, options, live);
  while (!signal.aborted) {
    const isRead = await shipper.drain(signal);
    if (isRead) await live.waitForData(signal);
    else await deps.clock.sleep(options.retryMaxMs, signal);
  }
}

/** Ends when no earlier stream is left: none is added while this process runs. */
async function shipBacklog(deps: ShipperDeps, options: ShipOptions, signal: AbortSignal): Promise<void> {
  const { collectorId } = deps.spool;
  const shippers = deps.spool.backlog().map((reader) => ({
    reader,
    shipper: new StreamShipper({ ...deps, collectorId }, options, reader),
  }));
  for (;;) {
    for (const { reader, shipper } of shippers) {
      if (!reader.isDone) await shipper.drain(signal);
      if (signal.aborted) return;
    }
    if (shippers.every(({ reader }) => reader.isDone)) return;
    await deps.clock.sleep(UNREADABLE_RETRY_MS, signal);
  }
}
