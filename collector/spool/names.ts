/** Digits of a segment's name: enough for every sequence below 2^53, so that names sort like numbers. */
const SEGMENT_DIGITS = 16;
const SEGMENT = /^(\d{16})\.seg$/;

/** Names of the files beside the segments. */
export const CURSOR_FILE = "cursor";
/** Its presence says that the stream has ended and that its last record is written. */
export const CLOSED_FILE = "closed";

/** File name of the segment whose first record has this sequence. */
export function segmentName(firstSequence: number): string {
  return `${String(firstSequence).padStart(SEGMENT_DIGITS, "0")}.seg`;
}

/** Reads a segment's first sequence from its file name; `undefined` when the name is none of ours. */
export function parseSegmentName(name: string): number | undefined {
  const digits = SEGMENT.exec(name)?.[1];
  if (digits === undefined) return undefined;
  const sequence = Number(digits);
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}

/** Whether a file in a stream's folder is one that the spool makes beside segments, half-made ones included. */
export function isSideFile(name: string): boolean {
  return [CURSOR_FILE, CLOSED_FILE].includes(name.endsWith(".tmp") ? name.slice(0, -4) : name);
}
