/**
 * Reads: the JSON API, and the queries of the Reflow protocol.
 *
 * I1 What a client sent comes back as the text that was stored; nothing on the way parses it to write it again (P4).
 *    The answers on the wire are the exception: a strict Rust peer must be able to read them.
 * I2 A list is paged by the key of its last item: pages joined are the whole list, each item once, while nothing
 *    is written, and writing moves no item that was not written.
 * I3 No read holds more than a page of at most 8 MiB of client text and 1000 items; a whole trace is streamed,
 *    an answer on the wire ends at 16 MiB.
 * I4 A parameter that is not understood is refused, never ignored. The table in `api.ts` is the only list of them.
 * I5 SQL is built by pure functions; values reach it as parameters only.
 *
 * Lists answer `{"<name>":[…],"total_count":N,"next_cursor":"…"|null}`. Searching compares texts as the search
 * columns hold them: NUL and lone surrogates as U+FFFD, the first 512 characters.
 *
 * Failure: `{"error":{"code","message","hint"?,"id"?}}`; 4xx says what to change, 503 with `Retry-After` when the
 * store is away, 500 with an id that is also in the log. A trace whose store fails half-way breaks off.
 */
export { createAnswerQuery, isQueryRequest, type QueryRequest } from "./answer_query.ts";
export type { QueryDatabase } from "./database.ts";
export { internalError, withHttpErrors } from "./http_errors.ts";
export { QueryError, type QueryErrorCode } from "./query_error.ts";
export { queryRoutes, type QueryRoutesOptions } from "./routes.ts";
