import type { SessionLabels } from "../record/mod.ts";

/** More names than anybody types into a URL; the rest is ignored. */
const MAX_LABELS = 16;
/** Query parameters with a meaning of their own. */
const OURS: ReadonlySet<string> = new Set(["flow", "service", "environment", "token"]);
/** Longest name or value that is kept, in UTF-16 units. */
const MAX_LABEL_CHARS = 256;

/** Names that people give to credentials; a slip like `?Token=` must not end up in a table. */
const SECRET = /(?:token|secret|password|api[-_]?key)$/i;

/** What the configuration says about every connection; the URL goes before it. */
export interface LabelDefaults {
  readonly flow?: string | undefined;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly host?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A connection's names and labels, and the token that it came with. The token is never part of a label. */
export interface UrlLabels {
  readonly labels: SessionLabels;
  readonly token: string | undefined;
}

/**
 * Reads names and labels from the only place where the real client can put them:
 * `/<flow name>?service=&environment=&token=&<label>=`.
 *
 * @param url path and query as requested; percent-encoding that is broken is taken as it is.
 */
export function labelsFromUrl(url: string, defaults: LabelDefaults): UrlLabels {
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
  const labels = new Map(Object.entries(defaults.labels ?? {}));
  for (const [name, value] of query) {
    if (name === "" || OURS.has(name) || SECRET.test(name)) continue;
    if (labels.size < MAX_LABELS || labels.has(cut(name))) labels.set(cut(name), cut(value));
  }
  const flow = cut(decodePath(path)) || query.get("flow") || defaults.flow;
  return {
    labels: {
      flow: orNull(flow),
      service: orNull(query.get("service") || defaults.service),
      environment: orNull(query.get("environment") || defaults.environment),
      host: orNull(defaults.host),
      labels: Object.fromEntries(labels),
    },
    token: query.get("token") ?? undefined,
  };
}

function decodePath(path: string): string {
  const bare = path.replace(/^\/+|\/+$/g, "");
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

function orNull(value: string | null | undefined): string | null {
  return value ? cut(value) : null;
}

function cut(value: string): string {
  return value.slice(0, MAX_LABEL_CHARS).toWellFormed();
}
