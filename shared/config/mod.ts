/**
 * One declarative table per program, from which follow loading, checking, help and rendering.
 *
 * Sources, weakest first: defaults of the table, a TOML file, environment variables, flags.
 *
 * Invariants
 * - C1 A configuration is usable as a whole or not at all; what is wrong is reported at once, each problem with its
 *   key path, its source, what was found and what was expected.
 * - C2 Every value that any source gives is checked, also one that a stronger source overrides.
 * - C3 A secret, and the credentials in a URL, appear in no problem, no rendering and no help.
 * - C4 Nothing in a source makes the loader throw; reports are bounded in number and in length.
 * - C5 A rendered configuration without secrets loads to an equal one.
 * - C6 Each environment variable sets at most one key; `defineConfig()` refuses other tables.
 *
 * Names: key `max_connections` of section `[server]` is `server.max_connections`, the flag
 * `--server.max_connections`, the variable `<PREFIX>_SERVER_MAX_CONNECTIONS` and whatever aliases the table lists.
 *
 * Failure: mistakes of a table throw `BugError` when it is defined; mistakes of users are values.
 */
export { type Address, formatAddress } from "./address.ts";
export type { StringTable } from "./collection_fields.ts";
export type { Field } from "./field.ts";
export { field } from "./fields.ts";
export { type SplitFlags, splitFlags } from "./flags.ts";
export { configOrThrow, type ConfigSources, loadConfig, type LoadResult, type Origins } from "./load.ts";
export { ConfigError, describeProblem, type Problem } from "./problem.ts";
export type { ReadFile } from "./read_file.ts";
export { helpText, renderConfig } from "./render.ts";
export { type ConfigOf, type ConfigSpec, defineConfig } from "./spec.ts";
