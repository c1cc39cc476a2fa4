/**
 * Delivery: takes batches from the spool and sends them to central until central says that it has them.
 *
 * S1 The watermark that central answers is the only thing that moves a cursor.
 * S2 Nothing is retried without a wait, except smaller batches after "too large", which end after a few halvings.
 * S3 A record is given up only when central cannot take it alone: declared to central as a gap, logged and counted.
 * S4 The stream of this run and those of earlier runs are sent beside each other; within a stream one batch at a time.
 * S5 Stopping is a return and waits for nobody.
 *
 * | central answers | what follows |
 * |---|---|
 * | 200 `{"watermark": N}` | go on from N |
 * | 409 `{"expected": N}` | go back to N, or declare what is gone |
 * | 413 | half the batch; one block: split it; one record: a gap "too_large" |
 * | 400, 422 | half the batch; one block, refused three times: a gap "rejected" |
 * | 429, 503 | wait as long as `Retry-After` says; without it, or below 200 ms, like anything else |
 * | 401, 403 | keep everything, retry, complain once a minute |
 * | anything else, or nothing | retry, waiting up to 30 s, with full jitter |
 */
export { createHttpSender, type HttpSenderOptions } from "./http_sender.ts";
export { runShipper, type ShipperDeps } from "./shipper.ts";
export {
  createShipCounters,
  DEFAULT_SHIP_OPTIONS,
  type Sender,
  type SendOutcome,
  type ShipCounters,
  type ShipOptions,
} from "./types.ts";
