/**
 * `deno task test [PATH…]`: finds or installs the servers that tests need, starts one PostgreSQL for the whole run, and
 * runs the tests. Options and paths go on to `deno test`. The last line is `N passed, N failed`.
 */
import { runScript } from "./terminal.ts";
import { runWithServers } from "./testing/mod.ts";

// Needs the compiled binary: `deno task test:compiled` makes it and runs this.
const COMPILED_TEST = "tests/end_to_end/compiled_test.ts";

if (import.meta.main) await runScript(() => runWithServers([`--ignore=${COMPILED_TEST}`, ...Deno.args]));
