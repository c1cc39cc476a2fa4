import { AppError } from "@reflow/shared/errors";

/**
 * What a caller of the reads can do wrong; each has its place in {@linkcode HTTP_ERRORS}.
 */
export type QueryErrorCode =
  | "ERR_QUERY_UNKNOWN_PARAMETER"
  | "ERR_QUERY_REPEATED_PARAMETER"
  | "ERR_QUERY_BAD_PARAMETER"
  | "ERR_QUERY_BAD_CURSOR"
  | "ERR_QUERY_BAD_ID"
  | "ERR_QUERY_BAD_REQUEST"
  | "ERR_QUERY_TOO_LARGE"
  | "ERR_QUERY_UNKNOWN_TRACE"
  | "ERR_QUERY_UNKNOWN_FLOW";

/** A question that cannot be answered as asked. */
export class QueryError extends AppError<QueryErrorCode> {
  constructor(message: string, options: { readonly code: QueryErrorCode; readonly hint?: string }) {
    super(message, options);
  }
}

/** The answer to each error: status, and the code in the JSON body. */
export const HTTP_ERRORS = {
  ERR_QUERY_UNKNOWN_PARAMETER: { status: 400, code: "unknown_parameter" },
  ERR_QUERY_REPEATED_PARAMETER: { status: 400, code: "repeated_parameter" },
  ERR_QUERY_BAD_PARAMETER: { status: 400, code: "bad_parameter" },
  ERR_QUERY_BAD_CURSOR: { status: 400, code: "bad_cursor" },
  ERR_QUERY_BAD_ID: { status: 400, code: "bad_id" },
  ERR_QUERY_BAD_REQUEST: { status: 400, code: "bad_request" },
  ERR_QUERY_TOO_LARGE: { status: 413, code: "too_large" },
  ERR_QUERY_UNKNOWN_TRACE: { status: 404, code: "unknown_trace" },
  ERR_QUERY_UNKNOWN_FLOW: { status: 404, code: "unknown_flow" },
} as const satisfies Record<QueryErrorCode, { readonly status: number; readonly code: string }>;

/** Longest piece of a caller's value that a message repeats. */
const MAX_QUOTED_CHARS = 80;

/** A caller's value for a message: quoted, cut, and without control characters. */
export function quoted(value: string): string {
  const cut = value.length > MAX_QUOTED_CHARS ? `${value.slice(0, MAX_QUOTED_CHARS)}…` : value;
  return JSON.stringify(cut.toWellFormed());
}
