import { checkConfigCommand, versionCommand } from "./config_commands.ts";
import { type Program, runProgram } from "./program.ts";

const encoder = new TextEncoder();

/** Writes to standard output, for the words of a command. */
export type Print = (text: string) => void;

/**
 * Runs a program as this process: its own commands, `check-config` and `version`, with the arguments and environment
 * that the process has. Does not return.
 */
export async function runMain(
  program: Omit<Program, "commands">,
  commands: (print: Print) => Program["commands"],
): Promise<never> {
  const { spec } = program;
  const print: Print = (text) => void Deno.stdout.writeSync(encoder.encode(text));
  const all = [...commands(print), checkConfigCommand(spec, print), versionCommand(spec.name, print)];
  const exitCode = await runProgram({ ...program, commands: all }, Deno.args, Deno.env.toObject());
  // Everything is flushed and closed. A client that does not close its half of a socket would keep the runtime alive.
  Deno.exit(exitCode);
}
