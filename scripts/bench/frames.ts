import { encodeClientFrame, OPCODE } from "../replay/mod.ts";

const RECORDING = new URL("../../tests/fixtures/recordings/fleet.ndjson", import.meta.url);
/** A constant mask is legal and lets the client prepare its bytes before the clock starts. */
const MASK = new Uint8Array([1, 2, 3, 4]);

/** WebSocket bytes of events, ready to be written. */
export interface PreparedFrames {
  /** Pieces of about 64 KiB, like the real client's writes in a burst. */
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly count: number;
  /** Mean bytes of a frame's JSON text. */
  readonly meanBytes: number;
}

/** Real `RecordEvent` texts, each with ids of its own, so that nothing is a repetition. */
export async function eventTexts(count: number): Promise<string[]> {
  const lines = (await Deno.readTextFile(RECORDING)).trim().split("\n");
  const samples = lines.flatMap((line) => {
    const frame: unknown = JSON.parse(line).frame;
    return typeof frame === "string" && frame.startsWith(`{"RecordEvent"`) ? [frame] : [];
  });
  return Array.from({ length: count }, (_, index) => {
    const sample = samples[index % samples.length] ?? "";
    return sample.replace(
      /("(?:event_id|trace_id|span_id|root_cause_event_id)":")[0-9a-f-]{36}/g,
      (_all, name) => `${name}${crypto.randomUUID()}`,
    );
  });
}

/** Encodes texts into chunks of whole frames. */
export function prepareFrames(texts: readonly string[]): PreparedFrames {
  const encoder = new TextEncoder();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let frames: Uint8Array[] = [];
  let bytes = 0;
  let payloadBytes = 0;
  const close = () => {
    const chunk = new Uint8Array(bytes);
    let offset = 0;
    for (const frame of frames) {
      chunk.set(frame, offset);
      offset += frame.byteLength;
    }
    if (bytes > 0) chunks.push(chunk);
    frames = [];
    bytes = 0;
  };
  for (const text of texts) {
    const payload = encoder.encode(text);
    payloadBytes += payload.byteLength;
    const frame = encodeClientFrame(OPCODE.text, payload, MASK);
    frames.push(frame);
    bytes += frame.byteLength;
    if (bytes >= 64 * 1024) close();
  }
  close();
  return { chunks, count: texts.length, meanBytes: payloadBytes / Math.max(1, texts.length) };
}
