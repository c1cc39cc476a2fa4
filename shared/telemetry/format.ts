import type { LogFields, LogLevel } from "./logger.ts";
import { escapeControls, type PlainValue, toPlain } from "./plain_value.ts";

/** One log record, ready to be written. */
export interface LogEntry {
  readonly unixMs: number;
  readonly level: LogLevel;
  readonly msg: string;
  readonly fields: LogFields;
}

const RESERVED = new Set(["time", "level", "msg"]);

/** The entry as one line of JSON with `time` (RFC 3339), `level`, `msg`, `component` and the fields. */
export function formatJsonLine(entry: LogEntry): string {
  const { component, ...fields } = entry.fields;
  const line: [string, PlainValue][] = [
    ["time", new Date(entry.unixMs).toISOString()],
    ["level", entry.level],
    ["msg", toPlain(entry.msg)],
  ];
  if (component !== undefined) line.push(["component", toPlain(component)]);
  for (const [name, value] of Object.entries(fields)) {
    // A field never replaces what the line itself says.
    if (value !== undefined) line.push([RESERVED.has(name) ? `${name}_` : name, toPlain(value)]);
  }
  // JSON.stringify escapes only the controls below U+0020; the rest is escaped here, outside of which JSON has none.
  return escapeControls(JSON.stringify(Object.fromEntries(line)));
}

/** The entry as one line for people: time, level, component, message, then `name=value` pairs. */
export function formatTextLine(entry: LogEntry): string {
  const { component, ...fields } = entry.fields;
  const time = new Date(entry.unixMs).toISOString();
  const who = component === undefined ? "" : `${textOf(toPlain(component))}: `;
  let line = `${time} ${entry.level.toUpperCase().padEnd(5)} ${who}${textOf(toPlain(entry.msg), true)}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) {
      line += ` ${escapeControls(name)}=${textOf(textualError(toPlain(value), value))}`;
    }
  }
  return line;
}

// People want the sentence; code, hint and cause follow it instead of standing in a nested table.
function textualError(plain: PlainValue, original: unknown): PlainValue {
  return original instanceof Error ? errorSentence(plain) : plain;
}

function errorSentence(plain: PlainValue): string {
  if (typeof plain !== "object" || plain === null || !("message" in plain)) return String(plain);
  let sentence = `${plain["message"] || plain["name"]}`;
  if (plain["code"] !== undefined) sentence += ` [${plain["code"]}]`;
  if (plain["hint"] !== undefined) sentence += ` (hint: ${plain["hint"]})`;
  if (plain["cause"] !== undefined) sentence += `: ${errorSentence(plain["cause"])}`;
  return sentence;
}

function textOf(value: PlainValue, bare = false): string {
  if (typeof value !== "string") return escapeControls(JSON.stringify(value));
  const needsQuotes = !bare && (value === "" || /[\s"=\\]/.test(value));
  return escapeControls(needsQuotes ? JSON.stringify(value) : value);
}
