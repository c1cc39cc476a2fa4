import { StoreError } from "./store_error.ts";

/** Where the database is. */
export type DatabaseAddress =
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "pglite"; readonly folder: string }
  | { readonly kind: "memory" };

/**
 * Reads the address of a database: `postgresql://…` or `postgres://…` for a server, `pglite://./reflow-data` or
 * `pglite:///srv/reflow` for a folder, `pglite://memory` for a store that is gone with the process.
 *
 * @throws StoreError `ERR_STORE_URL`; the message never repeats the address, which may hold a password.
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  if (/^postgres(?:ql)?:\/\//.test(url)) {
    if (URL.canParse(url)) return { kind: "postgres", url };
    throw new StoreError("Cannot open database: its postgresql:// address is not a URL", {
      code: "ERR_STORE_URL",
      hint: "characters such as / @ # in a password must be percent-encoded",
    });
  }
  const folder = /^pglite:\/\/(.*)$/.exec(url)?.[1];
  if (folder === "") {
    throw new StoreError("Cannot open database: its pglite:// address names no folder", {
      code: "ERR_STORE_URL",
      hint: "use pglite://./reflow-data or pglite:///srv/reflow",
    });
  }
  if (folder === undefined) {
    throw new StoreError("Cannot open database: its address starts with no known scheme", {
      code: "ERR_STORE_URL",
      hint: "use postgresql://user:password@host/database or pglite://<folder>",
    });
  }
  return folder === "memory" ? { kind: "memory" } : { kind: "pglite", folder };
}
