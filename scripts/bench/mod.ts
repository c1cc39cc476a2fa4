/** Load for benchmarks and kill campaigns: real events with ids of their own, prepared before the clock starts. */
export { eventTexts, type PreparedFrames, prepareFrames } from "./frames.ts";
