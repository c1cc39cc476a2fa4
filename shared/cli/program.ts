import { Command, CommanderError } from "commander";
import { AppError, messageOf } from "../errors/mod.ts";
import { type ConfigSpec, helpText, type SplitFlags, splitFlags } from "../config/mod.ts";
import { VERSION } from "../telemetry/mod.ts";

/** What a command gets: the sources of the configuration that the command line names. */
export interface CommandInput {
  /** Path after `--config`. */
  readonly file: string | undefined;
  /** Texts by key path, from `--<section>.<key>`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/** One subcommand. */
export interface ProgramCommand {
  readonly name: string;
  readonly summary: string;
  /** Command lines with what they do, shown by `--help`. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Whether it reads the configuration, so that its help lists the keys. */
  readonly takesConfig: boolean;
  /** Returns the exit code. */
  readonly run: (input: CommandInput) => Promise<number>;
}

/** A whole program. */
export interface Program {
  readonly spec: ConfigSpec;
  readonly summary: string;
  readonly commands: readonly ProgramCommand[];
}

/** Where a program's own words go; log lines have their own way. */
export interface ProgramOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The caller used the program wrongly; 64 is EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64;
/** The configuration is invalid; EX_CONFIG of sysexits.h, which systemd units can single out. */
const EXIT_CONFIG = 78;

/**
 * Runs the subcommand that the arguments name.
 *
 * @returns the exit code: the command's own, 64 for a wrong command line, 78 for an invalid configuration, 1 for
 * any other failure.
 */
export async function runProgram(
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  output: ProgramOutput = processOutput,
): Promise<number> {
  const { rest, ...given } = splitFlags(args);
  let exitCode = 0;
  const root = new Command(program.spec.name).description(program.summary).exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .version(VERSION, "--version", "print the version");
  root.addHelpText(
    "after",
    `\nRun "${program.spec.name} <command> --help" for examples and configuration keys.`,
  );
  for (const command of program.commands) {
    const sub = root.command(command.name).description(command.summary).exitOverride();
    if (command.takesConfig) {
      sub.option("--config <file>", "read this TOML file");
      sub.option("--<section>.<key> <value>", "set one key, stronger than file and environment");
    }
    sub.addHelpText("after", () => afterHelp(program.spec, command));
    sub.action(async () => {
      const state = misuse(command, given);
      if (state === undefined) exitCode = await command.run({ file: given.file, flags: given.flags, env });
      else {
        output.err(`error: Cannot run "${command.name}": ${state}\n`);
        exitCode = EXIT_USAGE;
      }
    });
  }
  try {
    if (rest.length === 0) {
      output.err(root.helpInformation());
      return EXIT_USAGE;
    }
    await root.parseAsync([...rest], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    output.err(`${program.spec.name}: ${messageOf(error)}\n`);
    if (error instanceof AppError && error.hint !== undefined) output.err(`hint: ${error.hint}\n`);
    return error instanceof AppError && error.code === "ERR_CONFIG_INVALID" ? EXIT_CONFIG : 1;
  }
}

/** Why the flags do not fit the command; ignoring them would leave somebody believing that they work. */
function misuse(
  command: ProgramCommand,
  { file, extraFiles, flags }: Omit<SplitFlags, "rest">,
): string | undefined {
  const [second] = extraFiles;
  if (second !== undefined) return `one configuration file is read, found "${file}" and "${second}"`;
  if (file === "") return `"--config" needs the path of a file`;
  if (command.takesConfig) return undefined;
  const [name] = file === undefined ? Object.keys(flags) : ["config"];
  return name === undefined ? undefined : `it reads no configuration, found "--${name}"`;
}

function afterHelp(spec: ConfigSpec, command: ProgramCommand): string {
  const width = Math.max(...command.examples.map(([line]) => line.length));
  const examples = command.examples.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`);
  const keys = command.takesConfig ? `\n${helpText(spec)}` : "";
  return `\nExamples:\n${examples.join("\n")}\n${keys}`;
}

const encoder = new TextEncoder();
const processOutput: ProgramOutput = {
  out: (text) => void Deno.stdout.writeSync(encoder.encode(text)),
  err: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
};
