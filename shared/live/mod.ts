/**
 * Live events for subscribers, with every filter of the protocol and `*` wildcards.
 *
 * I1 Publishing never waits: a subscriber that is too far behind misses notifications, and they are counted.
 * I2 What a subscriber gets can be read by a strict Rust peer.
 */
export { type HubCounts, type LiveEvent, LiveHub, type Subscriber } from "./hub.ts";
export type { LiveFacts } from "./matcher.ts";
