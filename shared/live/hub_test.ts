import assert from "node:assert/strict";
import { newUuid, type Uuid } from "../ids/mod.ts";
import { parseEventHead, type SubscriptionFilters } from "../protocol/mod.ts";
import { type LiveEvent, LiveHub, MAX_BUFFERED_BYTES, type Subscriber } from "./hub.ts";

const OPEN: SubscriptionFilters = {
  flowIds: undefined,
  actorIds: undefined,
  eventTypes: undefined,
  statuses: undefined,
};
const TRACE_ID = newUuid();

Deno.test("publish() sends the event to everybody whose filters it passes", () => {
  const hub = new LiveHub();
  const [all, some, none] = [listener(), listener(), listener()];
  hub.subscribe(all.subscriber, OPEN);
  hub.subscribe(some.subscriber, { ...OPEN, actorIds: ["double"] });
  hub.subscribe(none.subscriber, { ...OPEN, actorIds: [] });
  hub.publish(event("double"));
  hub.publish(event("format"));
  assert.deepEqual(all.actors(), ["double", "format"]);
  assert.deepEqual(some.actors(), ["double"]);
  assert.deepEqual(none.actors(), []);
  assert.deepEqual(hub.counts, { delivered: 3, missed: 0 });
});

Deno.test("a notification carries the trace that we gave and the event, strictly written", () => {
  const hub = new LiveHub();
  const { subscriber, heard } = listener();
  hub.subscribe(subscriber, OPEN);
  hub.publish(event("double", TRACE_ID));
  const { EventNotification } = JSON.parse(heard[0] ?? "");
  assert.equal(EventNotification.trace_id, TRACE_ID);
  assert.equal(EventNotification.event.actor_id, "double");
  assert.equal(EventNotification.event.data.performance_metrics.queue_depth, 0);
});

Deno.test("a second subscription of a subscriber replaces the first", () => {
  const hub = new LiveHub();
  const { subscriber, actors } = listener();
  hub.subscribe(subscriber, { ...OPEN, actorIds: ["double"] });
  hub.subscribe(subscriber, { ...OPEN, actorIds: ["format"] });
  assert.equal(hub.subscriberCount, 1);
  hub.publish(event("double"));
  hub.publish(event("format"));
  assert.deepEqual(actors(), ["format"]);
});

Deno.test("who unsubscribed hears nothing more, and a hub without subscribers is idle", () => {
  const hub = new LiveHub();
  const { subscriber, heard } = listener();
  assert.equal(hub.isIdle, true);
  hub.subscribe(subscriber, OPEN);
  assert.equal(hub.isIdle, false);
  hub.unsubscribe(subscriber);
  hub.unsubscribe(subscriber);
  assert.equal(hub.isIdle, true);
  hub.publish(event("double"));
  assert.deepEqual(heard, []);
});

Deno.test("a slow subscriber misses notifications, is counted, and holds up nobody (I1)", () => {
  const hub = new LiveHub();
  const [slow, quick] = [listener(), listener()];
  hub.subscribe(slow.subscriber, OPEN);
  hub.subscribe(quick.subscriber, OPEN);
  slow.bufferedBytes = MAX_BUFFERED_BYTES + 1;
  hub.publish(event("a"));
  slow.bufferedBytes = MAX_BUFFERED_BYTES;
  hub.publish(event("b"));
  assert.deepEqual(slow.actors(), ["b"]);
  assert.deepEqual(quick.actors(), ["a", "b"]);
  assert.deepEqual(hub.counts, { delivered: 3, missed: 1 });
});

Deno.test("publish() reads the event's text once at most, and not at all when nobody wants it", () => {
  const hub = new LiveHub();
  let reads = 0;
  const counted = (actor: string) => {
    const live = event(actor);
    return { ...live, text: () => (reads++, live.text()) };
  };
  hub.publish(counted("double"));
  hub.subscribe(listener().subscriber, { ...OPEN, actorIds: ["double"] });
  hub.subscribe(listener().subscriber, OPEN);
  hub.publish(counted("double"));
  assert.equal(reads, 1);
});

/** A subscriber that notes what it hears. */
function listener() {
  const heard: string[] = [];
  const state = {
    heard,
    bufferedBytes: 0,
    actors: () => heard.map((text) => JSON.parse(text).EventNotification.event.actor_id),
  };
  const subscriber: Subscriber = {
    bufferedBytes: () => state.bufferedBytes,
    send: (text) => heard.push(text),
  };
  return Object.assign(state, { subscriber });
}

function event(actorId: string, traceId: Uuid = newUuid()): LiveEvent {
  const text = JSON.stringify({
    event_id: newUuid(),
    timestamp: "2025-11-22T22:15:00Z",
    event_type: "ActorCreated",
    actor_id: actorId,
  });
  return {
    traceId,
    head: parseEventHead(JSON.parse(text), "event"),
    flowId: "f",
    flowName: null,
    status: { name: "Running" },
    text: () => text,
  };
}
