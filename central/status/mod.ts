/**
 * What central says about its own state: health, readiness, metrics.
 *
 * I1 `/health` answers within the time limit of its checks, whatever hangs, and asks the parts of the service at
 *    most once a second.
 * I2 It tells states, not messages: those are in the log.
 * I3 No label of a metric takes a value that a caller can make up without bound.
 *
 * Failure: without database or disk space `unhealthy` and 503; without Redis `degraded` and 200, because one
 * replica serves everything without it.
 */
export { answerMetrics } from "./answer_metrics.ts";
export {
  type CheckState,
  createHealth,
  type Health,
  type HealthOptions,
  type HealthReport,
} from "./health.ts";
export { type CentralMetrics, createCentralMetrics } from "./metrics.ts";
export { statusRoutes } from "./routes.ts";
