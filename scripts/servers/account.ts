import { ServersError } from "./servers_error.ts";

/** A user of this machine, by number. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

// PostgreSQL's own user comes with its package; the other one is everywhere.
const CANDIDATES = ["postgres", "nobody"];

/**
 * The account that servers have to run under: `undefined` for our own, and another one when we are root.
 *
 * @throws ServersError `ERR_SERVERS_START` when this is root on a machine without a suitable user.
 */
export async function accountForServers(): Promise<Account | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const accounts = parsePasswd(await Deno.readTextFile("/etc/passwd"));
  for (const name of CANDIDATES) {
    const account = accounts.get(name);
    if (account !== undefined) return account;
  }
  throw new ServersError(
    `Cannot start servers: this is root, and no user is called "${CANDIDATES.join('" or "')}"`,
    {
      code: "ERR_SERVERS_START",
      hint: "Run the tests as an ordinary user",
    },
  );
}

/** The users in the text of a passwd file, by name; lines that are no users are left out. */
export function parsePasswd(text: string): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const line of text.split("\n")) {
    const [, name, uid, gid] = /^([^:]+):[^:]*:(\d+):(\d+):/.exec(line) ?? [];
    if (name !== undefined) accounts.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}
