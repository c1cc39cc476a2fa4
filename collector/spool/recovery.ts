import type { Uuid } from "@reflow/shared/ids";
import { BLOCK_HEADER_BYTES, decodeBlockHeader } from "@reflow/shared/record";
import type { Logger } from "@reflow/shared/telemetry";
import { BlockReader } from "./block_reader.ts";
import { type Cursor, MAX_CURSOR_BYTES, parseClosed, parseCursor } from "./cursor.ts";
import type { SpoolFs } from "./fs.ts";
import { CLOSED_FILE, CURSOR_FILE, isSideFile, parseSegmentName, segmentName } from "./names.ts";
import { SpoolError } from "./spool_error.ts";
import { type Segment, StreamState } from "./stream_state.ts";

/** What recovery works with. */
export interface RecoveryDeps {
  readonly fs: SpoolFs;
  readonly log: Logger;
}

/** A stream of an earlier run, and where its reader may begin. */
export interface RecoveredStream {
  readonly state: StreamState;
  readonly place: Cursor["place"];
}

/**
 * Takes stock of a stream that an earlier run wrote: names give the sequences, and only the last segment of a stream
 * that was not closed is read. What the crash left half-written is cut; what is kept is made durable, because it
 * may be sent before the system would write it.
 *
 * @returns `undefined` when nothing is left in the folder; it is removed then.
 * @throws SpoolError `ERR_SPOOL_VERSION`; whatever the system threw when the folder cannot be read. Guessing where it
 * ends would give its sequences away a second time, so the caller leaves it alone then.
 */
export async function recoverStream(
  deps: RecoveryDeps,
  folder: string,
  id: Uuid,
): Promise<RecoveredStream | undefined> {
  const { fs } = deps;
  const state = new StreamState(id, folder);
  await listSegments(deps, state);
  const cursor = parseCursor(await fs.readText(`${folder}/${CURSOR_FILE}`, MAX_CURSOR_BYTES) ?? "");
  const closedAt = parseClosed(await fs.readText(`${folder}/${CLOSED_FILE}`, MAX_CURSOR_BYTES) ?? "");
  const last = state.segments.at(-1);
  state.isClosed = closedAt !== undefined && closedAt >= (last?.first ?? 0);
  if (last === undefined) {
    state.next = Math.max(closedAt ?? 0, cursor?.next ?? 0);
  } else if (state.isClosed) {
    await assertVersion(deps, state, last);
    state.next = closedAt ?? last.first;
  } else {
    state.next = await recoverTail(deps, state, last);
  }
  // Central had these, and the disk lost them after all: their numbers must not be used again.
  state.next = Math.max(state.next, cursor?.next ?? 0);

  const first = state.segments[0]?.first ?? state.next;
  // Segments go only after central has them; a cursor from before that was merely not written in time.
  state.acknowledged = Math.max(cursor?.next ?? 0, first);
  state.highestAcknowledged = state.acknowledged;
  for (const [reason, count] of Object.entries(cursor?.dropped ?? {})) state.dropped.set(reason, count);

  const isFinished = state.isClosed && state.acknowledged >= state.next;
  if (state.next === 0 || isFinished || (last === undefined && state.isClosed)) {
    await fs.remove(folder);
    return undefined;
  }
  return { state, place: cursor?.place };
}

async function listSegments({ fs, log }: RecoveryDeps, state: StreamState): Promise<void> {
  for (const { name, isFolder } of await fs.list(state.folder)) {
    const first = isFolder ? undefined : parseSegmentName(name);
    if (first !== undefined) {
      const bytes = await fs.fileBytes(`${state.folder}/${name}`) ?? 0;
      state.segments.push({ first, bytes, firstReceivedAtMs: undefined });
    } else if (isFolder || !isSideFile(name)) {
      log.warn("A foreign file in the spool is ignored", { file: `${state.folder}/${name}` });
    }
  }
  state.segments.sort((a, b) => a.first - b.first);
}

/** Finds the end of the last segment, cuts what is behind it, and returns the next sequence. */
async function recoverTail(deps: RecoveryDeps, state: StreamState, last: Segment): Promise<number> {
  const path = `${state.folder}/${segmentName(last.first)}`;
  const tail = await scanTail(deps.fs, path, last);
  if (tail.endOffset < last.bytes) {
    deps.log.warn("A torn tail is cut off", { file: path, bytes: last.bytes - tail.endOffset });
  }
  try {
    // Also when nothing is cut: this makes the tail durable.
    await deps.fs.truncate(path, tail.endOffset);
  } catch (error) {
    deps.log.warn("Cannot cut the tail of a segment; it is ignored instead", { file: path, error });
  }
  last.bytes = tail.endOffset;
  return tail.next;
}

async function scanTail(
  fs: SpoolFs,
  path: string,
  segment: Segment,
): Promise<{ endOffset: number; next: number }> {
  let endOffset = 0;
  let next = segment.first;
  const file = await fs.openRead(path);
  if (file === undefined) return { endOffset, next };
  const reader = new BlockReader(file);
  try {
    for (let offset = 0; offset < segment.bytes;) {
      const result = await reader.read(offset, segment.bytes);
      if (result.kind === "newer") throw newerVersion(path, result.version);
      if (result.kind === "block" && result.header.firstSequence >= next) {
        segment.firstReceivedAtMs ??= result.header.firstReceivedAtMs;
        next = result.header.firstSequence + result.header.recordCount;
        offset = endOffset = result.endOffset;
        continue;
      }
      // A good block behind a bad one is damage for the reader to declare, not a torn tail.
      const bounds = { from: next, to: Number.MAX_SAFE_INTEGER };
      const found = await reader.find(offset + 1, segment.bytes, bounds);
      if (found === undefined) break;
      offset = found.offset;
    }
  } finally {
    reader.close();
  }
  return { endOffset, next };
}

async function assertVersion({ fs, log }: RecoveryDeps, state: StreamState, segment: Segment): Promise<void> {
  const path = `${state.folder}/${segmentName(segment.first)}`;
  try {
    const file = await fs.openRead(path);
    if (file === undefined) return;
    try {
      const result = decodeBlockHeader(await file.read(0, BLOCK_HEADER_BYTES), 0);
      if (result.kind === "newer") throw newerVersion(path, result.version);
      if (result.kind === "header") segment.firstReceivedAtMs = result.header.firstReceivedAtMs;
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof SpoolError) throw error;
    log.error("Cannot read a segment", { file: path, error });
  }
}

/** Blocks that this version cannot read. */
export function newerVersion(path: string, version: number): SpoolError {
  return new SpoolError(`Cannot read "${path}": its blocks have version ${version}`, {
    code: "ERR_SPOOL_VERSION",
    hint: "start the newer version of this program again, or let it drain the spool first",
  });
}
