import { AppError } from "@reflow/shared/errors";

/**
 * `ERR_SERVERS_MISSING` programs that the tests need are not there and cannot be installed from here ·
 * `ERR_SERVERS_INSTALL` installing them failed · `ERR_SERVERS_START` a server did not come up.
 */
export type ServersErrorCode = "ERR_SERVERS_MISSING" | "ERR_SERVERS_INSTALL" | "ERR_SERVERS_START";

/** What can go wrong with the servers that tests use. */
export class ServersError extends AppError<ServersErrorCode> {}
