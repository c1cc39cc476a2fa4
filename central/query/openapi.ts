import { VERSION } from "@reflow/shared/telemetry";
import { API, type ApiRoute } from "./api.ts";
import { errorSchema } from "./schemas.ts";

/** The OpenAPI 3.1 document of the JSON API, made from the table that also parses its parameters. */
export function openApiDocument(): unknown {
  const routes: readonly ApiRoute[] = Object.values(API);
  return {
    openapi: "3.1.0",
    info: { title: "Reflow traces", version: VERSION },
    paths: {
      ...Object.fromEntries(routes.map((route) => [route.path, { get: operation(route) }])),
      "/v1/query": { post: WIRE_QUERY },
    },
  };
}

const json = (schema: unknown) => ({ "application/json": { schema } });

const FAILURES = {
  "4XX": { description: "The question is at fault", content: json(errorSchema) },
  "5XX": { description: "The store is away, or we are at fault", content: json(errorSchema) },
};

const WIRE_QUERY = {
  summary:
    "A GetTrace, QueryTraces or GetFlowVersions frame of the Reflow protocol, answered as on the WebSocket",
  requestBody: { required: true, content: json({}) },
  responses: { "200": { description: "The answer's frame", content: json({}) }, ...FAILURES },
};

function operation(route: ApiRoute) {
  const idParameter = route.id === undefined
    ? []
    : [{ name: "id", in: "path", required: true, description: route.id, schema: { type: "string" } }];
  const queryParameters = Object.entries(route.parameters).map(([name, { description, schema }]) => ({
    name,
    in: "query",
    description,
    schema,
  }));
  return {
    summary: route.summary,
    parameters: [...idParameter, ...queryParameters],
    responses: { "200": { description: route.summary, content: json(route.answer) }, ...FAILURES },
  };
}
