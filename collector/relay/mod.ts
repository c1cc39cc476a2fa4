/**
 * Questions that only central can answer (`GetTrace`, `QueryTraces`, `GetFlowVersions`), passed on and back.
 *
 * I1 An answer always comes: central's, or an `Error` that says why there is none.
 * I2 Answers are passed on as text, unread: central already writes them for strict peers.
 * I3 An answer over 16 MiB is not passed on; the real client would drop the connection over it.
 * I4 At most 64 questions wait for central, over all connections; further ones are answered with an `Error` at once.
 */
export { createRelay, type RelayDeps, type RelayOptions } from "./relay.ts";
