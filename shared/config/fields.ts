import { address } from "./address.ts";
import { list, table } from "./collection_fields.ts";
import { boolean, bytes, duration, integer } from "./number_fields.ts";
import { choice, path, secret, string, url } from "./text_fields.ts";

/** Makers of fields, one per kind of value. */
export const field = {
  address,
  boolean,
  bytes,
  choice,
  duration,
  integer,
  list,
  path,
  secret,
  string,
  table,
  url,
} as const;
