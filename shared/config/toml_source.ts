import { parse, TomlError } from "smol-toml";
import { printable, type Problem } from "./problem.ts";

/** A parsed file: its root table, and the line of each key where that could be told. */
export interface TomlSource {
  readonly root: Readonly<Record<string, unknown>>;
  /** Line numbers from 1 by dotted path, sections included. */
  readonly lines: ReadonlyMap<string, number>;
}

// Nobody writes deeper; the parser recurses once per level.
const MAX_INLINE_DEPTH = 16;
const SEGMENT = `(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')`;
const DOTTED = `${SEGMENT}(?:\\s*\\.\\s*${SEGMENT})*`;
const HEADER_LINE = new RegExp(`^\\s*\\[\\[?\\s*(${DOTTED})\\s*\\]`);
const KEY_LINE = new RegExp(`^\\s*(${DOTTED})\\s*=`);
const SEGMENTS = /"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)/g;
const MAX_LINE_LENGTH = 2_000;

/** Parses TOML text; a problem names file, line and column, but quotes nothing, since a secret may stand there. */
export function parseToml(text: string, fileName: string): TomlSource | Problem {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const name = printable(fileName);
  try {
    // asNeeded: an integer above 2^53 is then a value that a field refuses, rather than a syntax error.
    const root = parse(body, { integersAsBigInt: "asNeeded", maxDepth: MAX_INLINE_DEPTH });
    return { root, lines: locateKeys(body) };
  } catch (error) {
    if (!(error instanceof TomlError)) {
      return { key: name, source: "", found: "a structure too deep to read", expected: "a TOML file" };
    }
    const what = error.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "") ?? "";
    return {
      key: `${name}:${error.line}:${error.column}`,
      source: "",
      found: `not valid TOML (${printable(what)})`,
      expected: "TOML",
    };
  }
}

/**
 * Finds the line of every key by reading line by line, since the parser does not keep positions. Multi-line strings
 * and lists are skipped; a key inside an inline table has the line of the table.
 */
export function locateKeys(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let section = "";
  let closing = "";
  let depth = 0;
  for (const [index, fullLine] of text.split("\n").entries()) {
    let line = fullLine.slice(0, MAX_LINE_LENGTH);
    if (closing !== "") {
      const end = line.indexOf(closing);
      if (end < 0) continue;
      line = line.slice(end + closing.length);
      closing = "";
    } else if (depth === 0) {
      const header = HEADER_LINE.exec(line)?.[1];
      const key = header === undefined ? KEY_LINE.exec(line)?.[1] : undefined;
      if (header !== undefined) {
        section = normalise(header);
        record(lines, section, index + 1);
        continue;
      }
      if (key !== undefined) {
        record(lines, section === "" ? normalise(key) : `${section}.${normalise(key)}`, index + 1);
      }
    }
    const rest = line.replace(/"""(?:.*?""")?|'''(?:.*?''')?|"(?:[^"\\]|\\.)*"|'[^']*'|#.*/g, (token) => {
      if (token === '"""' || token === "'''") closing = token;
      return "";
    });
    depth = Math.max(0, depth + count(rest, "[") - count(rest, "]"));
  }
  return lines;
}

function record(lines: Map<string, number>, path: string, line: number): void {
  // `a.b.c = 1` is also the first that is seen of a.b.
  for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
    const prefix = path.slice(0, end);
    if (lines.has(prefix)) return;
    lines.set(prefix, line);
  }
}

function normalise(dotted: string): string {
  return [...dotted.matchAll(SEGMENTS)].map(([, double, single, bare]) => double ?? single ?? bare).join(".");
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
