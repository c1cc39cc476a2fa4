/**
 * JSON without loss: values handed on as the text that they were written in, or parsed with the text of their
 * numbers kept. The ordinary path stays `JSON.parse`; this is for what it would change.
 */
export { isRawNumber, type LosslessValue, parseLossless, type RawNumber, rawNumber } from "./lossless.ts";
export {
  elementSpans,
  memberSpans,
  memberText,
  nestingDepth,
  type Span,
  valueEnd,
  withoutMember,
} from "./span.ts";
