import assert from "node:assert/strict";
import { readRecording, replay } from "@reflow/scripts/replay";
import { type RunningProgram, verifyReplay } from "@reflow/scripts/stack";
import { getJson } from "./stack.ts";

const ACK = `{"EventRecorded":{"success":true,"error":null}}`;

/**
 * What section 8.16 of the protocol says of each recording: `Failed` with the first failure where an actor failed,
 * `Completed` otherwise. By path, since several connections of one recording share nothing else.
 */
function expectedStatuses(frames: readonly (readonly string[])[]): unknown[] {
  return frames.filter((sent) => sent.some((frame) => frame.startsWith(`{"RecordEvent"`))).map((sent) => {
    const failed = sent.map((frame) => JSON.parse(frame).RecordEvent?.event).find((event) =>
      event?.event_type === "ActorFailed"
    );
    return failed === undefined ? "Completed" : { Failed: { error: failed.data.error } };
  });
}

/** Where a recording is played, where it ends up, and how to know that it has. */
export interface PlayTarget {
  /** `host:port` that takes WebSockets. */
  readonly address: string;
  readonly central: RunningProgram;
  readonly settle: () => Promise<void>;
}

/**
 * Plays a recording and checks what central gives back: every event once and exactly, under one trace per session with
 * events, each with the status that the protocol implies, and every event acknowledged.
 */
export async function playAndCompare(name: string, { address, central, settle }: PlayTarget): Promise<void> {
  const file = new URL(`../fixtures/recordings/${name}.ndjson`, import.meta.url).pathname;
  const report = await replay({
    recording: await readRecording(file),
    url: `ws://${address}`,
    speed: "max",
    awaitAnswersMs: 20_000,
  });
  assert.equal(report.failedCount, 0);
  await settle();
  const connections = report.connections.map((one) => ({ path: one.target, sent: one.sent }));
  const verdict = await verifyReplay(connections, `http://${central.address}`);
  assert.deepEqual(verdict.differences, []);

  for (const { sent, answers } of report.connections) {
    // A subscription is confirmed with the same words (protocol section 5).
    const acknowledged = sent.filter((frame) =>
      /^\{"RecordEvent"|^\{"Subscribe"|^"Unsubscribe"/.test(frame)
    ).length;
    assert.equal(
      answers.filter((answer) => answer === ACK).length,
      acknowledged,
      "every event is acknowledged",
    );
  }
  const expected = expectedStatuses(connections.map(({ sent }) => sent));
  assert.equal(verdict.traceIds.length, expected.length, "as many traces as sessions with events");
  const list = await getJson(`http://${central.address}/api/v1/traces`);
  assert.ok(Array.isArray(list["traces"]));
  const statuses = list["traces"].filter((trace) => verdict.traceIds.includes(trace.trace_id)).map((trace) =>
    trace.status
  );
  assert.deepEqual(sortedTexts(statuses), sortedTexts(expected));
}

function sortedTexts(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}
