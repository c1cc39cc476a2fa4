import type { CentralMetrics } from "./metrics.ts";

/** Longest piece of a caller's path that a message repeats. */
const MAX_QUOTED_CHARS = 80;

/** Answers on the address of the metrics: `GET` and `HEAD` of `/metrics`, and a JSON error for everything else. */
export async function answerMetrics(
  request: Request,
  metrics: Pick<CentralMetrics, "metricsText">,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const path = JSON.stringify(pathname.slice(0, MAX_QUOTED_CHARS));
  if (pathname !== "/metrics") {
    const message = `Cannot find ${path}: this address serves "/metrics" alone`;
    return Response.json({ error: { code: "unknown_path", message } }, { status: 404 });
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    const message = `Cannot ${request.method} ${path}: the path takes GET, HEAD`;
    return Response.json({ error: { code: "method_not_allowed", message } }, {
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  }
  const { body, contentType } = await metrics.metricsText();
  return new Response(request.method === "HEAD" ? null : body, { headers: { "content-type": contentType } });
}
