import {
  type ConfigOf,
  configOrThrow,
  type ConfigSpec,
  describeProblem,
  loadConfig,
  renderConfig,
} from "../config/mod.ts";
import { VERSION } from "../telemetry/mod.ts";
import type { CommandInput, ProgramCommand } from "./program.ts";

/** A configuration that is ready to be used, and what is odd about its sources. */
export interface LoadedConfig<Spec extends ConfigSpec> {
  readonly config: ConfigOf<Spec>;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Loads the configuration that a command line asks for.
 *
 * @throws ConfigError `ERR_CONFIG_INVALID` with every problem.
 */
export async function loadFor<Spec extends ConfigSpec>(
  spec: Spec,
  input: CommandInput,
): Promise<LoadedConfig<Spec>> {
  const result = await loadConfig(spec, input);
  return { config: configOrThrow(spec, result), warnings: result.warnings.map(describeProblem) };
}

/** `check-config`: says everything that is wrong, or prints the effective configuration. */
export function checkConfigCommand<Spec extends ConfigSpec>(
  spec: Spec,
  print: (text: string) => void,
): ProgramCommand {
  return {
    name: "check-config",
    summary: "Check the configuration and print the effective one with the origin of each value",
    takesConfig: true,
    examples: [
      [`${spec.name} check-config`, "check defaults and environment"],
      [`${spec.name} check-config --config ${spec.name}.toml`, "check a file as run would read it"],
    ],
    async run(input) {
      const result = await loadConfig(spec, input);
      const config = configOrThrow(spec, result);
      if (result.ok) print(renderConfig(spec, config, result.origins));
      for (const warning of result.warnings) print(`# warning: ${describeProblem(warning)}\n`);
      return 0;
    },
  };
}

/** `version`: name and version on one line. */
export function versionCommand(name: string, print: (text: string) => void): ProgramCommand {
  return {
    name: "version",
    summary: "Print the version",
    takesConfig: false,
    examples: [[`${name} version`, "name, version, runtime"]],
    run() {
      print(`${name} ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target})\n`);
      return Promise.resolve(0);
    },
  };
}
