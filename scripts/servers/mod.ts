/**
 * The servers that tests need: PostgreSQL, Redis and nginx, found, installed or named as missing, and started.
 *
 * Invariants
 * - S1 Nothing is skipped quietly: a server that is missing and cannot be installed stops the run with its name.
 * - S2 Nothing of the machine's own servers is used or changed; what is started has its own folder and free port.
 * - S3 A started server does not outlive the process that started it, even when that process is killed.
 *
 * Failure: a server that does not come up is reported with the end of its log.
 */
export { ensureServers, type Servers } from "./ensure_servers.ts";
export { type PostgresServer, startPostgres } from "./start_postgres.ts";
export { ServersError, type ServersErrorCode } from "./servers_error.ts";
