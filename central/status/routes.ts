import { Hono } from "hono";
import { type Clock, systemClock } from "@reflow/shared/time";
import type { Health } from "./health.ts";

/** `GET /health` and `GET /ready`: 200 when all is well, 503 when not. */
export function statusRoutes(health: Health, options: { readonly clock?: Clock } = {}): Hono {
  const { clock = systemClock } = options;
  const app = new Hono();
  app.get("/health", async () => {
    const report = await health.report();
    return Response.json(report, { status: report.status === "unhealthy" ? 503 : 200 });
  });
  app.get("/ready", async () => {
    const isReady = await health.isReady();
    const body = { status: isReady ? "ready" : "not_ready", timestamp: new Date(clock.now()).toISOString() };
    return Response.json(body, { status: isReady ? 200 : 503 });
  });
  return app;
}
