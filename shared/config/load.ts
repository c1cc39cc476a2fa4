import { type Candidate, fromEnv, fromFlags, fromToml, setting, unknownVariables } from "./candidates.ts";
import { boundProblems, ConfigError, printable, type Problem, quote } from "./problem.ts";
import { type ReadFile, readFileFromDisk, readForConfig } from "./read_file.ts";
import { configFileVariable, type ConfigOf, type ConfigSpec, type KeyInfo, keysOf } from "./spec.ts";
import { parseToml } from "./toml_source.ts";

/** Where each value came from, by key path: `"default"`, `"file:line"`, a variable, a flag. */
export type Origins = ReadonlyMap<string, string>;

/** The sources of a configuration, weakest first after the defaults of the table. */
export interface ConfigSources {
  /** Path of a TOML file; the variable `<PREFIX>_CONFIG` is used when absent. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Texts by key path, as from `splitFlags()`. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Reads the TOML file and the files of secrets; from disk when absent. */
  readonly readFile?: ReadFile;
}

/** A usable configuration, or everything that is wrong; warnings come with both. */
export type LoadResult<Spec extends ConfigSpec> =
  | {
    readonly ok: true;
    readonly config: ConfigOf<Spec>;
    readonly origins: Origins;
    readonly warnings: readonly Problem[];
  }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Reads every source, checks every value that any of them gives, and keeps the strongest of each key.
 * Never rejects for anything in the sources: that is what problems are for.
 */
export async function loadConfig<Spec extends ConfigSpec>(
  spec: Spec,
  sources: ConfigSources,
): Promise<LoadResult<Spec>> {
  const { env, flags = {}, readFile = readFileFromDisk } = sources;
  const keys = keysOf(spec);
  const warnings = boundProblems(unknownVariables(env, spec, keys));
  const collected = [
    await collectFile(spec, sources, keys),
    await fromEnv(env, keys, readFile),
    fromFlags(flags, keys),
  ];
  const problems = collected.flatMap((one) => one.problems);
  const candidates = collected.flatMap((one) => one.candidates);

  const origins = new Map<string, string>();
  const values: [string, [string, unknown][]][] = Object.keys(spec.sections).map((section) => [section, []]);
  const sections = new Map(values);
  for (const info of keys) {
    const given = candidates.filter((candidate) => candidate.path === info.path);
    const settled = settle(info, given, problems);
    origins.set(info.path, settled.origin);
    sections.get(info.section)?.push([info.key, settled.value]);
  }
  if (problems.length > 0) return { ok: false, problems: boundProblems(problems), warnings };

  // The one cast of the loader: each value was made by the field that ConfigOf<Spec> takes its type from.
  const config = Object.fromEntries(
    values.map(([section, pairs]) => [section, Object.fromEntries(pairs)]),
  ) as ConfigOf<Spec>;
  return { ok: true, config, origins, warnings };
}

/** Unwraps a loaded configuration; throws `ConfigError` (`ERR_CONFIG_INVALID`) with every problem otherwise. */
export function configOrThrow<Spec extends ConfigSpec>(spec: Spec, result: LoadResult<Spec>): ConfigOf<Spec> {
  if (!result.ok) throw new ConfigError(spec.name, result.problems);
  return result.config;
}

async function collectFile(
  spec: ConfigSpec,
  sources: Pick<ConfigSources, "file" | "env" | "readFile">,
  keys: readonly KeyInfo[],
): Promise<{ readonly candidates: readonly Candidate[]; readonly problems: readonly Problem[] }> {
  const variable = configFileVariable(spec);
  const file = sources.file ?? setting(sources.env, variable);
  if (file === undefined) return { candidates: [], problems: [] };
  const source = sources.file === undefined ? `environment variable ${variable}` : "flag --config";
  const read = await readForConfig(sources.readFile ?? readFileFromDisk, file, {
    key: printable(file),
    source,
  });
  if (!("text" in read)) return { candidates: [], problems: [read] };
  const toml = parseToml(read.text, file);
  return "root" in toml ? fromToml(toml, file, keys) : { candidates: [], problems: [toml] };
}

function settle(
  info: KeyInfo,
  given: readonly Candidate[],
  problems: Problem[],
): { readonly value: unknown; readonly origin: string } {
  let settled = { value: info.field.default, origin: info.field.default === undefined ? "unset" : "default" };
  for (const candidate of given) {
    const parsed = info.field.parse(candidate.raw, candidate.form);
    if (parsed.ok) {
      settled = { value: parsed.value, origin: candidate.source };
    } else {
      problems.push({
        key: info.path,
        source: candidate.source,
        found: shown(info, candidate.raw),
        expected: parsed.expected ?? info.field.expected,
        suggestion: info.field.secret ? undefined : parsed.suggestion,
      });
    }
  }
  const reported = problems.some((problem) => problem.key === info.path);
  if (info.field.required && given.length === 0 && !reported) {
    problems.push({ key: info.path, source: "", found: "not set", expected: info.field.expected });
  }
  return settled;
}

function shown(info: KeyInfo, raw: unknown): string {
  if (info.field.secret) return "a secret (not shown)";
  return quote(typeof raw === "string" ? info.field.redact?.(raw) ?? raw : raw);
}
