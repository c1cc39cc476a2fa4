import { AppError, messageOf } from "../errors/mod.ts";

/**
 * `ERR_LISTEN_IN_USE` another program has the address · `ERR_LISTEN_DENIED` this user may not have it ·
 * `ERR_LISTEN_ADDRESS` the host is not one of this machine's, or has no address.
 */
export type ListenErrorCode = "ERR_LISTEN_IN_USE" | "ERR_LISTEN_DENIED" | "ERR_LISTEN_ADDRESS";

/** A port that cannot be opened; the message names the address and the hint what to do. */
export class ListenError extends AppError<ListenErrorCode> {}

/** Makes the error for what the system threw when it was asked for `address`, written `host:port`. */
export function listenError(address: string, cause: unknown): ListenError {
  const port = address.slice(address.lastIndexOf(":") + 1);
  if (cause instanceof Deno.errors.AddrInUse) {
    return new ListenError(`Cannot listen on "${address}": another program uses it`, {
      code: "ERR_LISTEN_IN_USE",
      hint:
        `"ss -ltnp sport = :${port}" names the program; stop it, or set another address (port 0 takes a free one)`,
    });
  }
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return new ListenError(`Cannot listen on "${address}": this user may not`, {
      code: "ERR_LISTEN_DENIED",
      hint: "set a port from 1024 on, or allow the program to use lower ones",
      cause,
    });
  }
  return new ListenError(`Cannot listen on "${address}": ${messageOf(cause)}`, {
    code: "ERR_LISTEN_ADDRESS",
    hint: "set an address of this machine, such as 127.0.0.1, [::1] or 0.0.0.0",
    cause,
  });
}
