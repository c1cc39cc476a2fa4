import { ReplayError } from "./replay_error.ts";

/** One frame that a program sent. */
export interface RecordedFrame {
  /** Milliseconds after the first line of the recording. */
  readonly atMs: number;
  readonly text: string;
}

/** One connection of a recording, with all that a program did on it. */
export interface RecordedConnection {
  /** Its number in the file. */
  readonly conn: number;
  /** Path and query of the request, verbatim. */
  readonly target: string;
  readonly openAtMs: number;
  /** In order, and never before `openAtMs`. */
  readonly frames: readonly RecordedFrame[];
  /** When the connection vanished; the time of the last line when the file does not say. */
  readonly closeAtMs: number;
}

/** A file of recorded frames, taken apart by connection, in the order in which they were opened. */
export interface Recording {
  readonly connections: readonly RecordedConnection[];
  readonly frameCount: number;
  /** From the first line to the last. */
  readonly durationMs: number;
}

interface Line {
  readonly t: number;
  readonly conn: number;
  readonly event: { kind: "open"; target: string } | { kind: "frame"; text: string } | { kind: "close" };
}

interface Draft {
  readonly conn: number;
  readonly target: string;
  readonly openAtMs: number;
  readonly frames: RecordedFrame[];
  lastAtMs: number;
  closeAtMs: number | undefined;
}

const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_PROBLEMS_SHOWN = 10;
const KINDS = ["open", "frame", "close"] as const;
// What fits in the request line of an upgrade.
const TARGET = /^\/[\x21-\x22\x24-\x7e]*$/;

/**
 * Reads a recording of at most 256 MiB.
 *
 * @throws ReplayError `ERR_REPLAY_RECORDING` when the file cannot be read, or as {@linkcode parseRecording}.
 */
export async function readRecording(path: string): Promise<Recording> {
  const bad = (state: string, cause?: unknown) =>
    new ReplayError(`Cannot read recording "${path}": ${state}`, { code: "ERR_REPLAY_RECORDING", cause });
  let text: string;
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw bad("it is no file");
    if (size > MAX_FILE_BYTES) throw bad(`its ${size} bytes are above the limit of ${MAX_FILE_BYTES}`);
    text = new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof ReplayError) throw error;
    if (error instanceof Deno.errors.NotFound) throw bad("it does not exist", error);
    if (error instanceof TypeError) throw bad("it is no UTF-8", error);
    throw bad(error instanceof Error ? error.message : String(error), error);
  }
  return parseRecording(text, path);
}

/**
 * Parses lines of JSON, each `{"t":<ms>,"conn":<number>}` with one of `"open":"/path?query"`, `"frame":"<text>"` and
 * `"close":<anything>`. A connection is opened before its frames and closed at most once; its times do not run back.
 *
 * @throws ReplayError `ERR_REPLAY_RECORDING` naming every bad line (the first ten of them) with its number.
 */
export function parseRecording(text: string, name = "recording"): Recording {
  const drafts = new Map<number, Draft>();
  const problems: string[] = [];
  let frameCount = 0;
  let startMs: number | undefined;
  let endMs = 0;
  for (const [index, source] of text.split("\n").entries()) {
    if (source.trim() === "") continue;
    const line = parseLine(source);
    const problem = typeof line === "string" ? line : apply(drafts, line, startMs ??= line.t);
    if (problem !== undefined) problems.push(`line ${index + 1}: ${problem}`);
    else if (typeof line !== "string") {
      if (line.event.kind === "frame") frameCount++;
      endMs = Math.max(endMs, line.t - (startMs ?? 0));
    }
  }
  if (problems.length === 0 && drafts.size === 0) problems.push("line 1: the file opens no connection");
  if (problems.length > 0) {
    const more = problems.length - MAX_PROBLEMS_SHOWN;
    const shown = problems.slice(0, MAX_PROBLEMS_SHOWN).join("; ") + (more > 0 ? `; and ${more} more` : "");
    throw new ReplayError(`Cannot parse recording "${name}": ${shown}`, { code: "ERR_REPLAY_RECORDING" });
  }
  const connections = [...drafts.values()].map(({ conn, target, openAtMs, frames, closeAtMs = endMs }) => ({
    conn,
    target,
    openAtMs,
    frames,
    closeAtMs,
  }));
  return { connections, frameCount, durationMs: endMs };
}

/** Adds a line to its connection, or returns what is wrong with it there. */
function apply(drafts: Map<number, Draft>, { t, conn, event }: Line, startMs: number): string | undefined {
  const atMs = t - startMs;
  const draft = drafts.get(conn);
  if (event.kind === "open") {
    if (draft !== undefined) return `connection ${conn} was opened before`;
    if (atMs < 0) return `its time ${t} is before the first line`;
    const { target } = event;
    drafts.set(conn, { conn, target, openAtMs: atMs, frames: [], lastAtMs: atMs, closeAtMs: undefined });
    return undefined;
  }
  if (draft === undefined) return `connection ${conn} is not open`;
  if (draft.closeAtMs !== undefined) return `connection ${conn} is closed already`;
  if (atMs < draft.lastAtMs) return `its time ${t} is before the previous line of connection ${conn}`;
  draft.lastAtMs = atMs;
  if (event.kind === "frame") draft.frames.push({ atMs, text: event.text });
  else draft.closeAtMs = atMs;
  return undefined;
}

/** A line, or what is wrong with it. */
function parseLine(source: string): Line | string {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return "it is no JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is no JSON object";
  const { t, conn, ...rest } = { t: undefined, conn: undefined, ...value };
  if (!isFiniteNumber(t) || t < 0) return '"t" is no number of milliseconds';
  if (!isFiniteNumber(conn) || !Number.isSafeInteger(conn) || conn < 0) return '"conn" is no whole number';
  const [entry, another] = Object.entries(rest);
  if (entry === undefined || another !== undefined) return `exactly one of ${KINDS.join(", ")} is expected`;
  const event = parseEvent(entry);
  return typeof event === "string" ? event : { t, conn, event };
}

function parseEvent([kind, value]: [string, unknown]): Line["event"] | string {
  switch (kind) {
    case "open":
      if (typeof value !== "string" || !TARGET.test(value)) return '"open" is no path with a query';
      return { kind, target: value };
    case "frame":
      // A lone surrogate has no UTF-8 form, so no frame can have carried it.
      if (typeof value !== "string" || !value.isWellFormed()) return '"frame" is no text';
      return { kind, text: value };
    case "close":
      return { kind };
    default:
      return `"${kind}" is none of ${KINDS.join(", ")}`;
  }
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
