import assert from "node:assert/strict";
import { parseRequest } from "../protocol/mod.ts";
import type { TraceRecord } from "../record/mod.ts";
import { labelsFromUrl } from "./mod.ts";
import { type ScriptedSession, scriptedSession } from "./_scripted.ts";

const FOLDER = new URL("../../tests/fixtures/recordings/", import.meta.url);

const FILES = ["simple.ndjson", "complete.ndjson", "flow3-a.ndjson", "fleet.ndjson"];

Deno.test.each(FILES)("sessions of %s give one trace each, with every event once", (file) => {
  for (const { frames, url, records } of play(file)) {
    const sent = frames.filter((frame) => parseRequest(frame).kind === "record_event");
    const failed = sent.flatMap((frame) => {
      const request = parseRequest(frame);
      return request.kind === "record_event" && request.event.eventType === "ActorFailed"
        ? [request.event.error]
        : [];
    });
    // A monitor's connection has neither events nor a StartTrace, and leaves nothing.
    const traces = frames.some((frame) => /^(?:record_event|start_trace)$/.test(parseRequest(frame).kind))
      ? 1
      : 0;
    assert.equal(new Set(records.map(({ traceId }) => traceId)).size, traces, url);
    assert.deepEqual(records.filter(({ kind }) => kind === "event").map(({ text }) => text), sent);
    const ends = records.filter(({ kind }) => kind === "end").map(({ text }) => JSON.parse(text));
    assert.equal(ends.length, traces);
    for (const end of ends) {
      assert.equal(end.reason, "disconnected");
      assert.equal(end.status, failed.length > 0 ? "Failed" : "Completed");
      assert.equal(end.error, failed[0] ?? null);
    }
  }
});

/** Plays every connection of a recording into a session of its own. */
function play(
  file: string,
): readonly { readonly url: string; readonly frames: string[]; readonly records: readonly TraceRecord[] }[] {
  const sessions = new Map<number, { url: string; frames: string[]; scripted: ScriptedSession }>();
  for (const line of Deno.readTextFileSync(new URL(file, FOLDER)).trimEnd().split("\n")) {
    const { conn, open, frame, close }: { conn: number; open?: string; frame?: string; close?: unknown } =
      JSON.parse(line);
    if (open !== undefined) {
      const { labels } = labelsFromUrl(open, {});
      sessions.set(conn, { url: open, frames: [], scripted: scriptedSession({ session: conn, labels }) });
    }
    const session = sessions.get(conn);
    if (frame !== undefined) {
      session?.frames.push(frame);
      session?.scripted.receive(frame);
    }
    if (close !== undefined) session?.scripted.end("disconnected");
  }
  assert.ok(sessions.size > 0);
  return [...sessions.values()].map(({ url, frames, scripted }) => ({
    url,
    frames,
    records: scripted.records,
  }));
}
