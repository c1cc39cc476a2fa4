/**
 * Real processes for the demonstration and for end-to-end tests: start a program, wait until it listens, stop or kill
 * it, and compare what was sent with what central gives back.
 */
export { getText } from "./get_text.ts";
export {
  fromSource,
  type LogLine,
  ProgramError,
  type ProgramOptions,
  type RunningProgram,
  startProgram,
} from "./program.ts";
export { canonicalText, readList, type SentConnection, type Verdict, verifyReplay } from "./verify.ts";
