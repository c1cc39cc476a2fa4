/** How an answer is counted. */
export interface AnswerKind {
  /** The name of the variant, such as `TraceStarted` or `Pong`; `EventRecorded` is split by success; `?` for others. */
  readonly name: string;
  /** Whether it says that something sent was taken: `EventRecorded` with success, `TraceStarted`, `TraceStored`. */
  readonly acked: boolean;
}

const UNKNOWN: AnswerKind = { name: "?", acked: false };
const ACKS: ReadonlySet<string> = new Set(["TraceStarted", "TraceStored"]);
// No variant has a longer name; a hostile server must not fill the table of kinds.
const MAX_NAME_CHARS = 40;
const BARE = /^\s*"([A-Za-z]+)"\s*$/;
const TAGGED = /^\s*\{\s*"([A-Za-z]+)"\s*:/;

/** Tells what an answer is, from its text alone. */
export function answerKind(text: string): AnswerKind {
  const name = BARE.exec(text)?.[1] ?? TAGGED.exec(text)?.[1];
  if (name === undefined || name.length > MAX_NAME_CHARS) return UNKNOWN;
  if (name !== "EventRecorded") return { name, acked: ACKS.has(name) };
  const acked = /"success"\s*:\s*true/.test(text);
  return { name: acked ? name : "EventRecorded (refused)", acked };
}
