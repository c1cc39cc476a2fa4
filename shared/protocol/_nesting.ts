import { nestingDepth } from "../json/mod.ts";

/** serde_json's own limit; an answer that repeats a deeper value could not be read by a Rust peer. */
export const MAX_NESTING = 128;

/** How deep a text nests when that is deeper than {@linkcode MAX_NESTING}; `undefined` otherwise. */
export function excessiveNesting(text: string): number | undefined {
  if (!mayNestTooDeep(text)) return undefined;
  const depth = nestingDepth(text);
  return depth > MAX_NESTING ? depth : undefined;
}

/** Fewer openers than the limit cannot nest deeper: an ordinary event has nine, so this ends after nine jumps. */
function mayNestTooDeep(text: string): boolean {
  let openers = 0;
  for (const opener of ["{", "["]) {
    for (let i = text.indexOf(opener); i !== -1; i = text.indexOf(opener, i + 1)) {
      if (++openers > MAX_NESTING) return true;
    }
  }
  return false;
}
