/**
 * Client connections: the shell around the pure session, the same in collector and central.
 *
 * I1 A connection is never closed as a signal, and reading never pauses (P5). What cannot be taken is answered with
 *    an error and counted.
 * I2 An answer that promises durability leaves only after the writer said so (P1).
 * I3 A client that reads nothing costs a bounded buffer; its answers are dropped and counted, its events are not.
 * I4 A frame over the limit costs an `Error`; one over 64 MiB ends the connection, because the runtime's WebSocket
 *    does so before anybody can ask.
 */
export { type ConnectionDeps, type ConnectionOptions } from "./connection.ts";
export { Connections, type ConnectionsOptions } from "./connections.ts";
export {
  type Ask,
  type ConnectionCounts,
  createConnectionCounts,
  type RecordOwner,
  type RecordWriter,
  type ServerSocket,
  type StoreOutcome,
} from "./ports.ts";
export { isUpgrade, upgrade } from "./upgrade.ts";
