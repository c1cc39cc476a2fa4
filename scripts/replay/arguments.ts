import { parseArgs } from "node:util";
import { messageOf } from "@reflow/shared/errors";
import { parseWsUrl } from "./handshake.ts";
import { ReplayError } from "./replay_error.ts";

/** What the command line asks for. */
export interface ReplayArguments {
  readonly file: string;
  readonly url: string;
  readonly speed: number | "max";
  readonly copies: number;
}

/** Shown by `--help`. */
export const REPLAY_USAGE = `Usage: deno task replay FILE [options]

Sends a recording like the Reflow programs that it was recorded from: the same connections, paths,
frames and gaps, and at the end the connections vanish. Never waits for an answer.

Options:
  --url URL          where to (default: ws://localhost:8080); a path is put before the recorded ones
  --speed N|max      2 plays twice as fast, 0.5 half as fast, max without gaps (default: 1)
  --connections N    makes each recorded connection N times (default: 1)
  --help             shows this

Examples:
  deno task replay tests/fixtures/recordings/simple.ndjson
  deno task replay tests/fixtures/recordings/fleet.ndjson --speed max --connections 20
`;

const HINT = 'See "deno task replay --help"';

/**
 * Parses the command line; `undefined` when it asks for help.
 *
 * @throws ReplayError `ERR_REPLAY_OPTIONS` naming every problem.
 */
export function parseReplayArguments(args: readonly string[]): ReplayArguments | undefined {
  const { values, positionals } = split(args);
  if (values.help) return undefined;
  const { url = "ws://localhost:8080", speed: speedText = "1", connections: copiesText = "1" } = values;
  const problems: string[] = [];
  const [file, ...others] = positionals;
  if (file === undefined) problems.push("FILE is missing");
  if (others.length > 0) problems.push(`one FILE is expected, not also "${others.join('", "')}"`);
  const speed = speedText === "max" ? speedText : Number(speedText);
  if (speed !== "max" && !(speed > 0 && Number.isFinite(speed))) {
    problems.push(`--speed "${speedText}" is neither a number above 0 nor max`);
  }
  const copies = Number(copiesText);
  if (!/^[1-9]\d{0,5}$/.test(copiesText)) {
    problems.push(`--connections "${copiesText}" is no whole number above 0`);
  }
  try {
    parseWsUrl(url);
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    problems.push(`--url: ${error.message}`);
  }
  if (file === undefined || problems.length > 0) throw usageError(problems.join("; "));
  return { file, url, speed, copies };
}

function split(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: "string" },
        speed: { type: "string" },
        connections: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    // Its first sentence names the option; the others explain parseArgs itself.
    throw usageError(messageOf(error).replace(/\. .*$/s, ""));
  }
}

function usageError(state: string): ReplayError {
  return new ReplayError(`Cannot replay: ${state}`, { code: "ERR_REPLAY_OPTIONS", hint: HINT });
}
