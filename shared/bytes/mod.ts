/**
 * Bytes from outside, of which there may be too many.
 *
 * Failure: what a stream throws is thrown on; too many bytes are a value.
 */
export { readLimited } from "./read_limited.ts";
