import { AppError } from "../errors/mod.ts";

/** One thing that is wrong with a configuration; secrets never appear in it. */
export interface Problem {
  /** Key path such as `server.bind_address`, or the name of the file or variable when no key is concerned. */
  readonly key: string;
  /** Where the value came from: `file:line`, an environment variable, a flag; empty when nothing was given. */
  readonly source: string;
  /** What was found there, values quoted. */
  readonly found: string;
  /** What would have been right. */
  readonly expected: string;
  /** A known name close to the one found. */
  readonly suggestion?: string | undefined;
}

// A file of garbage has thousands of problems; nobody reads more than these.
const MAX_PROBLEMS = 100;
const MAX_QUOTED_LENGTH = 80;

/** One line: key, source, what was found, what was expected, what was perhaps meant. */
export function describeProblem(problem: Problem): string {
  const source = problem.source === "" ? "" : ` (${problem.source})`;
  const suggestion = problem.suggestion === undefined ? "" : `; did you mean "${problem.suggestion}"?`;
  return `${problem.key}${source}: ${problem.found}, expected ${problem.expected}${suggestion}`;
}

/** A configuration that cannot be used; its message lists every problem on a line of its own. */
export class ConfigError extends AppError<"ERR_CONFIG_INVALID"> {
  readonly problems: readonly Problem[];

  constructor(programName: string, problems: readonly Problem[]) {
    const lines = problems.map((problem) => `  ${describeProblem(problem)}`);
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`Cannot load configuration of "${programName}": ${count}\n${lines.join("\n")}`, {
      code: "ERR_CONFIG_INVALID",
      hint: `Correct the listed values, then run "${programName} check-config"`,
    });
    this.problems = problems;
  }
}

/** Keeps the first problems and says how many more there are. */
export function boundProblems(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const hidden = problems.length - MAX_PROBLEMS;
  const rest = { key: "…", source: "", found: `${hidden} more problems`, expected: "none" };
  return [...problems.slice(0, MAX_PROBLEMS), rest];
}

/** A value as a problem shows it: escaped, on one line, cut to a readable length. */
export function quote(value: unknown): string {
  if (typeof value === "string") {
    return value.length > MAX_QUOTED_LENGTH
      ? `${escapeControls(JSON.stringify(value.slice(0, MAX_QUOTED_LENGTH)))}…`
      : escapeControls(JSON.stringify(value));
  }
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (typeof value === "object" && value !== null) return "a table";
  return String(value);
}

/** A name from outside, safe to print: control characters escaped, cut to a readable length. */
export function printable(name: string): string {
  const cut = name.length > 200 ? `${name.slice(0, 200)}…` : name;
  return escapeControls(cut);
}

// Control, format and line separator characters can forge lines or reorder text on a terminal.
function escapeControls(text: string): string {
  return text.toWellFormed().replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
