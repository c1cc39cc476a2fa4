/** A program of the product. */
export interface Program {
  readonly name: string;
  /** Below the root of the repository. */
  readonly entry: string;
  /** Modules that are loaded by their URL, which the compiler does not find by itself; below the root. */
  readonly modules: readonly string[];
  readonly permissions: readonly string[];
}

/** The programs by the names that the command line uses. */
export const PROGRAMS = {
  collector: {
    name: "reflow-collector",
    entry: "collector/main.ts",
    modules: ["collector/spool/commit_worker.ts"],
    permissions: ["net", "read", "write", "env", "sys"],
  },
  central: {
    name: "reflow-central",
    entry: "central/main.ts",
    modules: [],
    permissions: ["net", "read", "write", "env", "sys"],
  },
} as const satisfies Readonly<Record<string, Program>>;

/** Whether a text names a program. */
export function isProgramName(text: string): text is keyof typeof PROGRAMS {
  return Object.hasOwn(PROGRAMS, text);
}
