import { isTable } from "./collection_fields.ts";
import type { RawForm } from "./field.ts";
import { nearMiss } from "./near_miss.ts";
import { printable, type Problem } from "./problem.ts";
import { type ReadFile, readForConfig } from "./read_file.ts";
import {
  configFileVariable,
  type ConfigSpec,
  type KeyInfo,
  SECRET_FILE_SUFFIX,
  variablesOf,
} from "./spec.ts";
import type { TomlSource } from "./toml_source.ts";

/** A value that some source gives for a key, not yet checked. */
export interface Candidate {
  readonly path: string;
  readonly raw: unknown;
  readonly form: RawForm;
  /** Where it came from, for people. */
  readonly source: string;
}

/** What one source gives: values, and what is wrong with the names in it. */
export interface Collected {
  readonly candidates: readonly Candidate[];
  readonly problems: readonly Problem[];
}

/** Values of a TOML file; unknown sections and keys are problems. */
export function fromToml(toml: TomlSource, fileName: string, keys: readonly KeyInfo[]): Collected {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  const sections = [...new Set(keys.map((info) => info.section))];
  const at = (path: string) => {
    const line = toml.lines.get(path);
    return line === undefined ? printable(fileName) : `${printable(fileName)}:${line}`;
  };
  for (const [section, content] of Object.entries(toml.root)) {
    const known = keys.filter((info) => info.section === section);
    if (known.length === 0) {
      const suggestion = nearMiss(section, sections) ?? keys.find((info) => info.key === section)?.path;
      problems.push(unknownName(section, at(section), suggestion));
      continue;
    }
    if (!isTable(content)) {
      problems.push({
        key: section,
        source: at(section),
        found: "no table",
        expected: `a table [${section}]`,
      });
      continue;
    }
    for (const [key, raw] of Object.entries(content)) {
      const path = `${section}.${key}`;
      if (known.some((info) => info.key === key)) {
        candidates.push({ path, raw, form: "toml", source: at(path) });
      } else {
        const elsewhere = keys.find((info) => info.key === key)?.path;
        const near = nearMiss(key, known.map((info) => info.key));
        const suggestion = near === undefined ? elsewhere : `${section}.${near}`;
        problems.push(unknownName(path, at(path), suggestion));
      }
    }
  }
  return { candidates, problems };
}

/** Values of the environment, weakest first; an empty variable counts as unset. */
export async function fromEnv(
  env: Readonly<Record<string, string>>,
  keys: readonly KeyInfo[],
  readFile: ReadFile,
): Promise<Collected> {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  for (const info of keys) {
    // The variable made of section and key is more specific than an alias, so it comes last and wins.
    for (const variable of info.envNames.toReversed()) {
      const direct = setting(env, variable);
      const fileVariable = variable + SECRET_FILE_SUFFIX;
      const file = info.field.secret ? setting(env, fileVariable) : undefined;
      if (direct !== undefined && file !== undefined) {
        const source = `environment variables ${variable} and ${fileVariable}`;
        problems.push({ key: info.path, source, found: "two values", expected: "one of the two variables" });
      } else if (direct !== undefined) {
        const source = `environment variable ${variable}`;
        candidates.push({ path: info.path, raw: direct, form: "text", source });
      } else if (file !== undefined) {
        const source = `file ${printable(file)} named by ${fileVariable}`;
        const read = await readForConfig(readFile, file, { key: info.path, source });
        if ("text" in read) candidates.push({ path: info.path, raw: read.text.trim(), form: "text", source });
        else problems.push(read);
      }
    }
  }
  return { candidates, problems };
}

/** Values of flags, by key path without the dashes. */
export function fromFlags(flags: Readonly<Record<string, string>>, keys: readonly KeyInfo[]): Collected {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  const paths = keys.map((info) => info.path);
  for (const [path, raw] of Object.entries(flags)) {
    const source = `flag --${printable(path)}`;
    if (paths.includes(path)) candidates.push({ path, raw, form: "text", source });
    else problems.push(unknownName(path, source, nearMiss(path, paths)));
  }
  return { candidates, problems };
}

// Kubernetes sets such variables for every service of a namespace; one named like our prefix is no mistake of anybody.
const SERVICE_LINK =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_[A-Z]+)?)?)$/;

/** Variables that carry the prefix of a program and mean nothing to it. */
export function unknownVariables(
  env: Readonly<Record<string, string>>,
  spec: ConfigSpec,
  keys: readonly KeyInfo[],
): readonly Problem[] {
  const known = [configFileVariable(spec), ...keys.flatMap(variablesOf)];
  return Object.keys(env)
    .filter((name) =>
      name.startsWith(`${spec.envPrefix}_`) && !known.includes(name) && !SERVICE_LINK.test(name)
    )
    .map((name) => ({
      key: printable(name),
      source: "environment",
      found: "an unknown variable, ignored",
      expected: "a known variable",
      suggestion: nearMiss(name, known),
    }));
}

/** A variable that is set to something; empty counts as unset. */
export function setting(env: Readonly<Record<string, string>>, variable: string): string | undefined {
  return Object.hasOwn(env, variable) && env[variable] !== "" ? env[variable] : undefined;
}

function unknownName(name: string, source: string, suggestion: string | undefined): Problem {
  return { key: printable(name), source, found: "an unknown name", expected: "a known one", suggestion };
}
