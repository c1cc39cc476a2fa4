/**
 * Where programs connect: WebSocket on any path, plain HTTP beside it on the same port.
 *
 * I1 A handshake is answered at once and never refused for its path; the real client tries once in its life.
 * I2 Plain requests on the port get plain answers: `/health`, `/ready`, `/metrics`, and a JSON error otherwise.
 * I3 Stopping ends every session first, so that its records are in the spool before the sockets close.
 */
export { createReceiver, type Receiver, type ReceiverDeps } from "./receiver.ts";
