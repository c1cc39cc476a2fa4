import { Hono } from "hono";
import { parseUuid, type Uuid } from "@reflow/shared/ids";
import { parseRequest } from "@reflow/shared/protocol";
import type { Logger } from "@reflow/shared/telemetry";
import { isQueryRequest, type QueryRequest } from "./answer_query.ts";
import { API, type ApiRoute } from "./api.ts";
import { readBodyText } from "./body_text.ts";
import type { QueryDatabase } from "./database.ts";
import { listDeadLetters } from "./dead_letters.ts";
import { listEvents } from "./events.ts";
import { listFlows } from "./flows.ts";
import { openApiDocument } from "./openapi.ts";
import type { ParameterTable, ParameterValues } from "./parameters.ts";
import { parseParameters } from "./parse_parameters.ts";
import { QueryError, quoted } from "./query_error.ts";
import { listStreams } from "./streams.ts";
import { listTraces, requireTrace, traceText } from "./traces.ts";
import { listVersions } from "./versions.ts";

/** What the routes need. */
export interface QueryRoutesOptions {
  readonly db: QueryDatabase;
  readonly log: Logger;
  readonly answerQuery: (request: QueryRequest) => Promise<string>;
}

/** A query frame has a few names in it; as large as a frame may be by default. */
const MAX_QUERY_BYTES = 1024 * 1024;

/** The JSON API under `/api/v1`, and `POST /v1/query`. */
export function queryRoutes(options: QueryRoutesOptions): Hono {
  const { db, log, answerQuery } = options;
  const app = new Hono();
  get(app, API.traces, async (values) => json(await listTraces(db, filterOf(values), values)));
  get(app, API.trace, async (_values, id) => {
    const traceId = requireId(id);
    // Read before the answer starts: an unknown trace can still become a 404.
    const row = await requireTrace(db, traceId);
    return json(textStream(traceText(db, row, traceId), log));
  });
  get(app, API.events, async (values, id) => {
    const filter = { traceId: requireId(id), type: values.type, actor: values.actor };
    const place = { limit: values.limit, cursor: values.cursor, form: values.form ?? "event" };
    return json(await listEvents(db, filter, place));
  });
  get(app, API.flows, async (values) => json(await listFlows(db, values)));
  get(app, API.versions, async (values, id) => json(await listVersions(db, id, values)));
  get(app, API.streams, async (values) => json(await listStreams(db, values)));
  get(
    app,
    API.deadLetters,
    async (values) => json(await listDeadLetters(db, { stream: values.stream }, values)),
  );
  get(app, API.openapi, () => Promise.resolve(Response.json(openApiDocument())));
  app.post("/v1/query", async (c) => {
    parseParameters({}, new URL(c.req.url).searchParams);
    const request = parseRequest(await readBodyText(c.req.raw, MAX_QUERY_BYTES));
    if (request.kind === "refused") {
      throw new QueryError(request.message, { code: "ERR_QUERY_BAD_REQUEST" });
    }
    if (!isQueryRequest(request)) {
      throw new QueryError(`Cannot answer ${quoted(request.kind)} here: it does not read what is stored`, {
        code: "ERR_QUERY_BAD_REQUEST",
        hint: "This path takes GetTrace, QueryTraces and GetFlowVersions",
      });
    }
    return json(await answerQuery(request));
  });
  return app;
}

function get<Table extends ParameterTable>(
  app: Hono,
  route: ApiRoute & { readonly parameters: Table },
  handle: (values: ParameterValues<Table>, id: string) => Promise<Response>,
): void {
  app.get(route.path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => {
    const values = parseParameters(route.parameters, new URL(c.req.url).searchParams);
    return handle(values, c.req.param("id") ?? "");
  });
}

function filterOf(values: ParameterValues<typeof API.traces.parameters>) {
  const { limit: _limit, cursor: _cursor, ...filter } = values;
  return filter;
}

function requireId(text: string): Uuid {
  const id = parseUuid(text);
  if (id !== undefined) return id;
  throw new QueryError(`Cannot read trace id: expected a UUID, found ${quoted(text)}`, {
    code: "ERR_QUERY_BAD_ID",
  });
}

function json(body: string | ReadableStream<Uint8Array<ArrayBuffer>>): Response {
  return new Response(body, { headers: { "Content-Type": "application/json" } });
}

/** Pulled piece by piece; when the reader goes away, so does the reading from the store. */
function textStream(pieces: AsyncGenerator<string>, log: Logger): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  async function* encoded() {
    try {
      for await (const piece of pieces) yield encoder.encode(piece);
    } catch (error) {
      // The status is long sent: breaking the connection is the only way left to say that the text is not whole.
      log.error("A trace was cut off while it was sent", { error });
      throw error;
    }
  }
  return ReadableStream.from(encoded());
}
