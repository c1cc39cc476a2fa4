/**
 * Makes single executables of the product's programs.
 *
 * Invariants
 * - C1 Nothing is written into the sources; executables go to `dist/`.
 * - C2 An executable has exactly the permissions in `PROGRAMS`, and asks for no others at run time.
 *
 * Failure: without the runtime for compiled programs the message says which variables to set; any other failure shows
 * what the compiler said.
 */
export { buildProgram, type BuiltProgram } from "./build_program.ts";
export { CompileError, type CompileErrorCode } from "./compile_error.ts";
export { isProgramName, type Program, PROGRAMS } from "./programs.ts";
