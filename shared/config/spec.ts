import { invariant } from "../errors/mod.ts";
import type { Field } from "./field.ts";

/** Everything a program can be told: one table, from which loading, help and rendering follow. */
export interface ConfigSpec {
  /** Name of the executable. */
  readonly name: string;
  /** Upper-case prefix without the last underscore: `TRACING` makes `TRACING_SERVER_BIND_ADDRESS`. */
  readonly envPrefix: string;
  /** Further environment variables by name, each with the key path that it sets. */
  readonly envAliases?: Readonly<Record<string, string>>;
  /** Sections by name, each with its keys. */
  readonly sections: Readonly<Record<string, Readonly<Record<string, Field<unknown>>>>>;
}

/** The checked configuration that a table describes: section, key, value. */
export type ConfigOf<Spec extends ConfigSpec> = {
  readonly [Section in keyof Spec["sections"]]: {
    readonly [Key in keyof Spec["sections"][Section]]: Spec["sections"][Section][Key] extends
      Field<infer Value> ? Value : never;
  };
};

/** One key of a table with its names in every source. */
export interface KeyInfo {
  readonly section: string;
  readonly key: string;
  /** `section.key`; the flag is `--` and this. */
  readonly path: string;
  /** Environment variables that set it, the strongest first. */
  readonly envNames: readonly string[];
  readonly field: Field<unknown>;
}

/** What is appended to the variable of a secret when it names a file. */
export const SECRET_FILE_SUFFIX = "_FILE";

/** The variable that names the configuration file when no flag does. */
export function configFileVariable(spec: ConfigSpec): string {
  return `${spec.envPrefix}_CONFIG`;
}

const NAME = /^[a-z][a-z0-9_]*$/;
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/**
 * Checks a table and returns it unchanged, with its exact type. Throws a `BugError` for names that are not snake_case,
 * for an alias of a key that does not exist, and when two keys would share an environment variable.
 */
export function defineConfig<const Spec extends ConfigSpec>(spec: Spec): Spec {
  invariant(VARIABLE.test(spec.envPrefix), `Environment prefix "${spec.envPrefix}" is not upper case`);
  const keys = keysOf(spec);
  const paths = new Set(keys.map((info) => info.path));
  for (const [variable, path] of Object.entries(spec.envAliases ?? {})) {
    invariant(VARIABLE.test(variable), `Environment variable "${variable}" is not upper case`);
    invariant(paths.has(path), `Environment variable "${variable}" names unknown key "${path}"`);
  }
  const owners = new Map([[configFileVariable(spec), "the configuration file"]]);
  for (const info of keys) {
    invariant(NAME.test(info.section) && NAME.test(info.key), `Key "${info.path}" is not snake_case`);
    for (const variable of variablesOf(info)) {
      const owner = owners.get(variable);
      invariant(owner === undefined, `Environment variable "${variable}" sets ${owner} and "${info.path}"`);
      owners.set(variable, `"${info.path}"`);
    }
  }
  return spec;
}

/** Every key of a table, in the order of the table. */
export function keysOf(spec: ConfigSpec): readonly KeyInfo[] {
  const aliases = Object.entries(spec.envAliases ?? {});
  return Object.entries(spec.sections).flatMap(([section, fields]) =>
    Object.entries(fields).map(([key, field]) => {
      const path = `${section}.${key}`;
      const own = `${spec.envPrefix}_${section}_${key}`.toUpperCase();
      // An alias that spells the variable of its own key adds nothing.
      const others = aliases.flatMap(([variable, target]) =>
        target === path && variable !== own ? [variable] : []
      );
      return { section, key, path, envNames: [own, ...others], field };
    })
  );
}

/** Every environment variable that means something to a key, those that name a file included. */
export function variablesOf(info: KeyInfo): readonly string[] {
  if (!info.field.secret) return info.envNames;
  return [...info.envNames, ...info.envNames.map((variable) => variable + SECRET_FILE_SUFFIX)];
}
