import {
  accepted,
  type Field,
  type FieldOptions,
  type Given,
  type Kind,
  makeField,
  refused,
  tomlString,
} from "./field.ts";

/** Where to listen or connect; an IPv6 host has no brackets, and port 0 asks for a free one. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

const PARTS = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{0,253})):(\d{1,5})$/;
const MAX_PORT = 65_535;

/** Reads `host:port`, `[ipv6]:port`, or `:port` for all IPv4 interfaces; `undefined` when the text is none of them. */
export function parseAddress(text: string): Address | undefined {
  const match = PARTS.exec(text);
  if (match === null) return undefined;
  const [, ipv6, name, portText] = match;
  const port = Number(portText);
  if (port > MAX_PORT) return undefined;
  if (ipv6 !== undefined) return URL.canParse(`http://[${ipv6}]/`) ? { hostname: ipv6, port } : undefined;
  return { hostname: name || "0.0.0.0", port };
}

/** Writes an address so that `parseAddress()` and URLs take it: IPv6 hosts in brackets. */
export function formatAddress(address: Address): string {
  const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  return `${host}:${address.port}`;
}

/** A host and a port. */
export function address(options: FieldOptions<string> & Given<string>): Field<Address>;
export function address(options: FieldOptions<string>): Field<Address | undefined>;
export function address(options: FieldOptions<string>): Field<Address | undefined> {
  const kind: Kind<Address> = {
    name: "address",
    expected: 'an address such as "127.0.0.1:8080", "[::1]:8080" or ":8080"',
    parse(raw) {
      const parsed = typeof raw === "string" ? parseAddress(raw) : undefined;
      return parsed === undefined ? refused() : accepted(parsed);
    },
    render: (value) => tomlString(formatAddress(value)),
  };
  return makeField(kind, options);
}
