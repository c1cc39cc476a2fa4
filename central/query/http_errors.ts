import { type Context, Hono } from "hono";
import { routePath } from "hono/route";
import { AppError } from "@reflow/shared/errors";
import { newUuid } from "@reflow/shared/ids";
import type { Logger } from "@reflow/shared/telemetry";
import { HTTP_ERRORS, QueryError, quoted } from "./query_error.ts";

/** What a JSON error says. */
export interface HttpError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Also in the log; present when nothing more is told. */
  readonly id?: string | undefined;
}

/** Seconds after which a caller may ask a store again that was away. */
const RETRY_AFTER_SECONDS = 5;

/** An error as an HTTP answer: `{"error":{"code","message","hint"?,"id"?}}`. */
export function errorResponse(status: number, error: HttpError, headers?: HeadersInit): Response {
  const { code, message, hint, id } = error;
  return Response.json({ error: { code, message, hint, id } }, { status, ...(headers && { headers }) });
}

/**
 * Gives an application the JSON answers for whatever goes wrong: unknown paths, methods that a path does not have,
 * refused questions, a store that is away, and our own bugs, of which the caller learns an id alone.
 */
export function withHttpErrors(app: Hono, options: { readonly log: Logger }): Hono {
  app.notFound((c) => notFound(app, c));
  app.onError((error, c) => responseOf(error, c, options.log));
  return app;
}

function notFound(app: Hono, c: Context): Response {
  const { method, path } = c.req;
  const methods = methodsOf(app, path);
  if (methods.length === 0) {
    return errorResponse(404, {
      code: "unknown_path",
      message: `Cannot find ${quoted(path)}: nothing is served at this path`,
      hint: "GET /api/v1/openapi.json lists the paths of the API",
    });
  }
  const allow = methods.join(", ");
  const message = `Cannot ${method} ${quoted(path)}: the path takes ${allow}`;
  return errorResponse(405, { code: "method_not_allowed", message }, { Allow: allow });
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Methods that have a route of their own at a path; middleware, which takes every method, does not count. */
function methodsOf(app: Hono, path: string): string[] {
  const found = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
  );
  return found.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]);
}

function responseOf(error: Error, c: Context, log: Logger): Response {
  if (error instanceof QueryError) {
    const { status, code } = HTTP_ERRORS[error.code];
    return errorResponse(status, { code, message: error.message, hint: error.hint });
  }
  if (error instanceof AppError && error.retryable) {
    log.warn("The store did not answer", { route: routePath(c), error });
    const message = "Cannot answer now: the store is not available";
    return errorResponse(503, { code: "unavailable", message }, {
      "Retry-After": String(RETRY_AFTER_SECONDS),
    });
  }
  return internalError(error, log, { route: routePath(c), method: c.req.method });
}

/** Logs what went wrong under a new id and answers with the id alone. */
export function internalError(
  error: unknown,
  log: Logger,
  fields: Readonly<Record<string, unknown>>,
): Response {
  const id = newUuid();
  log.error("A request failed", { ...fields, id, error });
  return errorResponse(500, { code: "internal", message: `Cannot answer: internal error ${id}`, id });
}
