/**
 * What the collector says about itself over HTTP: `/health`, `/ready`, `/metrics`.
 *
 * I1 `/health` is 200 while events can be kept, whatever happens to central; what is degraded is named.
 * I2 `/ready` is 200 when programs may connect.
 * I3 The help of a metric that means trouble says where to look.
 */
export { createMetrics, type MetricSources } from "./metrics.ts";
export { createStatusApp, type StatusSources } from "./status_app.ts";
