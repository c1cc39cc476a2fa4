/**
 * Programs and monitors that connect to central directly: the same protocol, on any path.
 *
 * I1 An event is acknowledged after the transaction that stores it; there is no edge spool here.
 * I2 The number of connections is bounded; a handshake beyond it is answered with 503, before the upgrade.
 */
export { createDoor, type DoorOptions } from "./door.ts";
