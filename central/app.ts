import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import { matchedRoutes } from "hono/route";
import { isUpgrade } from "@reflow/shared/connection";
import type { Logger } from "@reflow/shared/telemetry";
import { type Clock, systemClock } from "@reflow/shared/time";
import { internalError, withHttpErrors } from "./query/mod.ts";
import type { CentralMetrics } from "./status/mod.ts";

/** Answers a request that asks for a WebSocket; `info` is what the server knows about the connection. */
export type UpgradeHandler = (
  request: Request,
  info: Deno.ServeHandlerInfo | undefined,
) => Response | Promise<Response>;

/** What the application is made of. */
export interface AppOptions {
  /** Each brings its own full paths. */
  readonly routes: readonly Hono[];
  readonly log: Logger;
  /** Takes WebSockets on any path, because a Reflow program names its flow with the path. */
  readonly upgrade?: UpgradeHandler;
  readonly metrics?: Pick<CentralMetrics, "observeRequest">;
  readonly clock?: Clock;
  /** Compress answers for clients that accept it; off unless told otherwise. */
  readonly compression?: boolean;
}

/** Central's HTTP application. */
export interface App {
  /** For `Deno.serve`. */
  fetch(request: Request, info?: Deno.ServeHandlerInfo): Response | Promise<Response>;
}

/** A page may set its own; what only answers JSON needs none of a browser's powers. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/**
 * Composes central's HTTP application: WebSockets, routes, JSON errors for everything else, security headers,
 * metrics by route. `HEAD` answers like `GET` without a body.
 */
export function createApp(options: AppOptions): App {
  const { log, upgrade, metrics, clock = systemClock } = options;
  const app = withHttpErrors(new Hono(), { log });
  app.use(async function observe(c, next) {
    const startedMs = clock.monotonicMs();
    await next();
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    const durationMs = clock.monotonicMs() - startedMs;
    metrics?.observeRequest({ route: routeOf(c), status: c.res.status, durationMs });
  });
  if (options.compression) app.use(compress());
  for (const routes of options.routes) app.route("/", routes);
  return {
    fetch(request, info) {
      // Before everything else: the response of an upgrade cannot be given headers any more.
      if (upgrade !== undefined && isUpgrade(request)) return answerUpgrade(upgrade, request, info, log);
      // A Host header that is none makes an address that nothing below could take apart.
      if (!URL.canParse(request.url)) return badAddress();
      return app.fetch(request, info);
    },
  };
}

function badAddress(): Response {
  const message = "Cannot read the request's address: its Host header is no host";
  return Response.json({ error: { code: "bad_request", message } }, { status: 400 });
}

async function answerUpgrade(
  upgrade: UpgradeHandler,
  request: Request,
  info: Deno.ServeHandlerInfo | undefined,
  log: Logger,
): Promise<Response> {
  try {
    return await upgrade(request, info);
  } catch (error) {
    return internalError(error, log, { route: "websocket" });
  }
}

/** Pattern of the route that answered; one word for all paths that have none. */
function routeOf(c: Context): string {
  return matchedRoutes(c).find((route) => route.method !== "ALL")?.path ?? "unmatched";
}
