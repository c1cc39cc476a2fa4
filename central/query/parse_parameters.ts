import type { ParameterTable, ParameterValues } from "./parameters.ts";
import { QueryError, quoted } from "./query_error.ts";

/**
 * Reads the query of a URL by a route's table. Nothing is ignored: a name that the route does not know would
 * otherwise widen the answer without a word.
 *
 * @throws QueryError `ERR_QUERY_UNKNOWN_PARAMETER`, `ERR_QUERY_REPEATED_PARAMETER`, `ERR_QUERY_BAD_PARAMETER`.
 */
export function parseParameters<Table extends ParameterTable>(
  table: Table,
  search: URLSearchParams,
): ParameterValues<Table> {
  const names = Object.keys(table);
  for (const name of new Set(search.keys())) {
    if (!Object.hasOwn(table, name)) throw unknownParameter(name, names);
    if (search.getAll(name).length > 1) throw repeatedParameter(name);
  }
  const values = Object.entries(table).map(([name, parameter]) => {
    const text = search.get(name);
    if (text === null) return [name, parameter.absent];
    const value = parameter.parse(text);
    if (value === undefined) {
      throw new QueryError(
        `Cannot read parameter ${quoted(name)}: expected ${parameter.expected}, found ${quoted(text)}`,
        { code: "ERR_QUERY_BAD_PARAMETER" },
      );
    }
    return [name, value];
  });
  return Object.fromEntries(values) as ParameterValues<Table>;
}

function unknownParameter(name: string, names: readonly string[]): QueryError {
  return new QueryError(`Cannot read parameter ${quoted(name)}: this path does not know it`, {
    code: "ERR_QUERY_UNKNOWN_PARAMETER",
    hint: names.length === 0 ? "This path takes no parameters" : `Valid parameters: ${names.join(", ")}`,
  });
}

function repeatedParameter(name: string): QueryError {
  return new QueryError(`Cannot read parameter ${quoted(name)}: it is given more than once`, {
    code: "ERR_QUERY_REPEATED_PARAMETER",
  });
}
