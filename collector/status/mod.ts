/**
 * What the collector says about itself over HTTP: `/health`, `/ready`, `/metrics`.
 *
 * I1 `/health` is 200 while events can be kept, whatever happens to central; what is degraded is named.
 * I2 `/ready` is 200 when programs may connect.
 * I3 Every metric's help says what to do about it.
 */
export { createMetrics, type MetricSources } from "./metrics.ts";
export { createStatusApp, type StatusSources } from "./status_app.ts";
