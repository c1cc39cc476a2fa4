/** What `splitFlags()` finds on a command line. */
export interface SplitFlags {
  /** Path after `--config`, the first one, if given. */
  readonly file: string | undefined;
  /** Paths after further `--config`, which nobody reads. */
  readonly extraFiles: readonly string[];
  /** Texts by key path, the last one of each key. */
  readonly flags: Readonly<Record<string, string>>;
  /** Everything else, in order. */
  readonly rest: readonly string[];
}

const KEY_FLAG = /^--([A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+)(?:=([^]*))?$/;
const FILE_FLAG = /^--config(?:=([^]*))?$/;

/**
 * Takes the flags of a configuration out of a command line: `--config FILE` and `--<section>.<key> VALUE`, both also
 * with `=`. A flag at the end without a value has the empty text, which the loader refuses by name where it must;
 * a value that looks like a flag needs the form with `=`. Nothing after `--` is touched.
 */
export function splitFlags(args: readonly string[]): SplitFlags {
  const flags: [string, string][] = [];
  const rest: string[] = [];
  const files: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      rest.push(...args.slice(index));
      break;
    }
    const keyMatch = KEY_FLAG.exec(arg);
    const fileMatch = keyMatch === null ? FILE_FLAG.exec(arg) : null;
    if (keyMatch === null && fileMatch === null) {
      rest.push(arg);
      continue;
    }
    let value = keyMatch === null ? fileMatch?.[1] : keyMatch[2];
    const next = args[index + 1];
    if (value === undefined && next !== undefined && !next.startsWith("--")) {
      value = next;
      index++;
    }
    if (keyMatch === null) files.push(value ?? "");
    else flags.push([keyMatch[1] ?? "", value ?? ""]);
  }
  const [file, ...extraFiles] = files;
  return { file, extraFiles, flags: Object.fromEntries(flags), rest };
}
