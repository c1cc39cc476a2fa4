import type { Logger } from "@reflow/shared/telemetry";
import { BlockReader } from "./block_reader.ts";
import type { SpoolFs } from "./fs.ts";
import { segmentName } from "./names.ts";
import type { Quarantine } from "./quarantine.ts";
import { newerVersion } from "./recovery.ts";
import type { Segment, StreamState } from "./stream_state.ts";
import type { SpoolGap } from "./types.ts";

/** What a walker works with. */
export interface WalkerDeps {
  readonly fs: SpoolFs;
  readonly log: Logger;
  readonly quarantine: Quarantine;
}

/** A place between blocks: `sequence` is the first one not passed yet. Segment -1 lies before the first segment. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly sequence: number;
}

/** A block or a gap: its sequences, and where it begins and ends. */
export interface Entry {
  readonly first: number;
  readonly next: number;
  readonly start: Place;
  readonly end: Place;
}

/** What is at a place; `end` when nothing more is committed, `move` when the walk goes on elsewhere. */
export type FirmStep =
  | {
    readonly kind: "block";
    readonly bytes: Uint8Array;
    readonly entry: Entry;
    readonly receivedAtMs: number;
  }
  | { readonly kind: "gap"; readonly gap: SpoolGap; readonly entry: Entry }
  | { readonly kind: "move"; readonly to: Place }
  | { readonly kind: "end" };

/** Damage is only told: passing it keeps the bytes aside and finds what follows. */
export type Step = FirmStep | { readonly kind: "damage"; readonly pass: () => Promise<FirmStep> };

/** What was committed when a step began. The writer goes on meanwhile, so nothing of this is looked at twice. */
interface View {
  readonly segment: Segment | undefined;
  /** Committed bytes of the segment. */
  readonly limit: number;
  /** Sequence after the segment's last record. */
  readonly endSequence: number;
  /** Behind the segment's last record. */
  readonly end: Place;
  readonly isLast: boolean;
}

/** Goes through the committed blocks of a stream and sees what is missing. Moves no state but its open file. */
export class Walker {
  readonly #deps: WalkerDeps;
  readonly #state: StreamState;
  #open: { readonly segment: number; readonly reader: BlockReader } | undefined;

  constructor(deps: WalkerDeps, state: StreamState) {
    this.#deps = deps;
    this.#state = state;
  }

  /** Where to start walking to reach the sequence. */
  seek(sequence: number): Place {
    const segment = this.#state.segments[this.#state.segmentIndexOf(sequence)];
    if (segment === undefined) return { segment: -1, offset: 0, sequence };
    return { segment: segment.first, offset: 0, sequence: segment.first };
  }

  /**
   * Looks at one place. Damage is only told; `pass()` keeps its bytes aside and finds what follows.
   *
   * @throws SpoolError `ERR_SPOOL_VERSION`; otherwise whatever the system threw
   */
  async step(place: Place, chunkBytes: number): Promise<Step> {
    const view = this.#view(place);
    const { segment, limit, endSequence } = view;
    if (place.sequence >= endSequence) {
      return view.isLast ? { kind: "end" } : { kind: "move", to: view.end };
    }
    if (segment === undefined || place.offset >= limit) return this.#gap(place, view.end);
    const reader = await this.#readerOf(segment);
    if (reader === undefined) {
      if (this.#state.isLive && view.isLast) this.#state.vanishedSegment = segment.first;
      return this.#gap(place, view.end);
    }
    const result = await reader.read(place.offset, limit, chunkBytes);
    if (result.kind === "newer") throw newerVersion(this.#pathOf(segment), result.version);
    if (result.kind === "damaged") {
      return { kind: "damage", pass: () => this.#passDamage(place, view, reader, result.reason) };
    }
    const { firstSequence, recordCount, firstReceivedAtMs } = result.header;
    const next = firstSequence + recordCount;
    // Written, never committed, and its sequences used again by the next segment.
    if (next > endSequence) return this.#gap(place, view.end);
    if (firstSequence > place.sequence) return this.#gap(place, { ...place, sequence: firstSequence });
    if (firstSequence < place.sequence) {
      return {
        kind: "damage",
        pass: () => this.#passDamage(place, view, reader, "the block is out of order"),
      };
    }
    const end = { segment: segment.first, offset: result.endOffset, sequence: next };
    const entry: Entry = { first: firstSequence, next, start: place, end };
    return { kind: "block", bytes: result.bytes, entry, receivedAtMs: firstReceivedAtMs };
  }

  /** Gives up the rest of the place's segment, because the disk keeps refusing to read it. */
  giveUpSegment(place: Place): FirmStep {
    return this.#gap(place, this.#view(place).end, "unreadable");
  }

  /** Closes the open file; with `segment`, only if that one is open. */
  close(segment?: Segment): void {
    if (segment !== undefined && this.#open?.segment !== segment.first) return;
    this.#open?.reader.close();
    this.#open = undefined;
  }

  #view(place: Place): View {
    const { segments, next } = this.#state;
    // Segments are removed from the front only, so an absent one means that the place lies before the first.
    const index = segments.findIndex((segment) => segment.first === place.segment);
    const segment = segments[index];
    const following = segments[index + 1];
    const limit = segment?.bytes ?? 0;
    if (following === undefined) {
      const end = { segment: place.segment, offset: limit, sequence: next };
      return { segment, limit, endSequence: next, end, isLast: true };
    }
    const end = { segment: following.first, offset: 0, sequence: following.first };
    return { segment, limit, endSequence: following.first, end, isLast: false };
  }

  async #passDamage(place: Place, view: View, reader: BlockReader, reason: string): Promise<FirmStep> {
    const { segment, limit, endSequence } = view;
    if (segment === undefined) return this.#gap(place, view.end);
    const found = await reader.find(place.offset + 1, limit, { from: place.sequence, to: endSequence });
    const end: Place = found === undefined
      ? view.end
      : { segment: segment.first, offset: found.offset, sequence: found.header.firstSequence };
    const endOffset = found?.offset ?? limit;
    const name = `${this.#state.id}-${segment.first}-${place.offset}`;
    if (await this.#deps.quarantine.keep(reader, name, place.offset, endOffset)) {
      this.#deps.log.error("A segment is damaged", {
        file: this.#pathOf(segment),
        offset: place.offset,
        bytes: endOffset - place.offset,
        reason,
        firstSequence: place.sequence,
        records: end.sequence - place.sequence,
      });
    }
    return this.#gap(place, end, "corrupt");
  }

  #gap(start: Place, end: Place, reason?: string): FirmStep {
    const { acknowledged, highestAcknowledged } = this.#state;
    const first = Math.max(start.sequence, acknowledged);
    if (end.sequence <= first) return { kind: "move", to: end };
    const gap: SpoolGap = {
      firstSequence: first,
      recordCount: end.sequence - first,
      // What central once had and asks for again is gone by its own doing.
      reason: reason ?? (first < highestAcknowledged ? "lost_by_central" : "missing"),
    };
    return { kind: "gap", gap, entry: { first, next: end.sequence, start, end } };
  }

  async #readerOf(segment: Segment): Promise<BlockReader | undefined> {
    if (this.#open?.segment === segment.first) return this.#open.reader;
    this.close();
    const file = await this.#deps.fs.openRead(this.#pathOf(segment));
    if (file === undefined) return undefined;
    const reader = new BlockReader(file);
    this.#open = { segment: segment.first, reader };
    return reader;
  }

  #pathOf(segment: Segment): string {
    return `${this.#state.folder}/${segmentName(segment.first)}`;
  }
}
