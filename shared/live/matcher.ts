import type { EventHead, EventTypeFilter, ExecutionStatus, SubscriptionFilters } from "../protocol/mod.ts";

/** What a subscription looks at. */
export interface LiveFacts {
  readonly head: EventHead;
  /** The client's flow id and the name of the flow; either may be what a subscriber knows. */
  readonly flowId: string;
  readonly flowName: string | null;
  readonly status: ExecutionStatus;
}

/**
 * Turns filters into a test. Filters combine with AND, the values of one list with OR; no list means no
 * restriction, an empty list that nothing matches. `*` in a value stands for any text.
 */
export function createMatcher(filters: SubscriptionFilters): (facts: LiveFacts) => boolean {
  const flows = filters.flowIds?.map(glob);
  const actors = filters.actorIds?.map(glob);
  const types = filters.eventTypes?.map(typeTest);
  const statuses = filters.statuses?.map(statusTest);
  return ({ head, flowId, flowName, status }) =>
    (flows === undefined || flows.some((test) => test(flowId) || (flowName !== null && test(flowName)))) &&
    (actors === undefined || actors.some((test) => test(head.actorId))) &&
    (types === undefined || types.some((test) => test(head))) &&
    (statuses === undefined || statuses.some((test) => test(status)));
}

function typeTest(filter: EventTypeFilter): (head: EventHead) => boolean {
  if (filter.name !== "DataFlow") return (head) => head.eventType === filter.name;
  const actor = glob(filter.toActor ?? "*");
  const port = glob(filter.toPort ?? "*");
  return (head) => head.eventType === "DataFlow" && actor(head.toActor ?? "") && port(head.toPort ?? "");
}

function statusTest(filter: ExecutionStatus): (status: ExecutionStatus) => boolean {
  if (filter.name !== "Failed") return (status) => status.name === filter.name;
  const error = glob(filter.error);
  return (status) => status.name === "Failed" && error(status.error);
}

/**
 * A test for a text with `*` wildcards. Hand-made because a regular expression from a stranger's pattern can be
 * made to backtrack for ever; this takes at most one search per piece.
 */
export function glob(pattern: string): (text: string) => boolean {
  const pieces = pattern.split("*");
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return (text) => text === first;
  const last = pieces.at(-1) ?? "";
  const middle = pieces.slice(1, -1).filter((piece) => piece !== "");
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
