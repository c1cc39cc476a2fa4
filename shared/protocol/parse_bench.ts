import { labelsFromUrl, Session } from "../session/mod.ts";
import { newUuid } from "../ids/mod.ts";
import { parseRequest, strictEvent, takeEvent } from "./mod.ts";

/** Frames of a recorded fleet of real programs, nearly all of them `RecordEvent`. */
const FRAMES = Deno.readTextFileSync(
  new URL("../../tests/fixtures/recordings/fleet.ndjson", import.meta.url),
).split("\n").flatMap((line) => {
  if (line === "") return [];
  const entry: unknown = JSON.parse(line);
  const frame = typeof entry === "object" && entry !== null && "frame" in entry ? entry.frame : undefined;
  return typeof frame === "string" ? [frame] : [];
});
/** The same frames with a space that the library does not write, so that the general path reads them. */
const SPACED = FRAMES.map((frame) => ` ${frame}`);
const EVENTS = FRAMES.flatMap((frame) => takeEvent(frame)?.text ?? []);
const REQUESTS = FRAMES.map((frame) => parseRequest(frame));

// What looking at a frame costs beyond the parsing that it cannot do without. One iteration is all frames.
const group = `${FRAMES.length} frames`;

Deno.bench("JSON.parse", { group, baseline: true }, () => {
  for (const frame of FRAMES) JSON.parse(frame);
});

Deno.bench("parseRequest", { group }, () => {
  for (const frame of FRAMES) parseRequest(frame);
});

Deno.bench("parseRequest, not in the library's own form", { group }, () => {
  for (const frame of SPACED) parseRequest(frame);
});

Deno.bench("parseRequest and Session.receive", { group }, () => {
  const session = openSession();
  for (const frame of FRAMES) session.receive(parseRequest(frame), frame, 1_795_384_709_000);
});

Deno.bench("Session.receive alone", { group }, () => {
  const session = openSession();
  for (let i = 0; i < FRAMES.length; i++) {
    const request = REQUESTS[i];
    if (request !== undefined) session.receive(request, FRAMES[i] ?? "", 1_795_384_709_000);
  }
});

Deno.bench("takeEvent", { group }, () => {
  for (const frame of FRAMES) takeEvent(frame);
});

Deno.bench("strictEvent", { group }, () => {
  for (const event of EVENTS) strictEvent(event);
});

function openSession(): Session {
  return new Session({
    session: 1,
    labels: labelsFromUrl("/orders", {}).labels,
    executionId: newUuid(),
    newTraceId: newUuid,
    failurePolicy: "any_failure",
  });
}
