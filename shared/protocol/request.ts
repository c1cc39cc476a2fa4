import type { Uuid } from "../ids/mod.ts";
import type { ExecutionStatus } from "./status.ts";

/** The eleven names that a Rust peer knows. Others are accepted, kept, and mapped in answers. */
export const KNOWN_EVENT_TYPES = [
  "ActorCreated",
  "ActorStarted",
  "ActorCompleted",
  "ActorFailed",
  "MessageSent",
  "MessageReceived",
  "StateChanged",
  "PortConnected",
  "PortDisconnected",
  "DataFlow",
  "NetworkEvent",
] as const;

/** What the session and the store need of an event; the rest stays in its text. */
export interface EventHead {
  readonly eventId: Uuid;
  /** RFC 3339 text as sent. */
  readonly timestamp: string;
  /** Name of the variant; not necessarily one of {@linkcode KNOWN_EVENT_TYPES}. */
  readonly eventType: string;
  readonly actorId: string;
  /** Target of a `DataFlow`. */
  readonly toActor: string | undefined;
  readonly toPort: string | undefined;
  /** `data.error`, when it is a text. */
  readonly error: string | undefined;
}

/** `QueryTraces`. `undefined` means no restriction. */
export interface TraceQuery {
  readonly flowId: string | undefined;
  readonly executionId: Uuid | undefined;
  /** RFC 3339 texts, both ends included. */
  readonly timeRange: readonly [string, string] | undefined;
  readonly status: ExecutionStatus | undefined;
  /** Substring of an actor id. */
  readonly actorFilter: string | undefined;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}

/** One type of event to subscribe to; `*` in a name stands for any text. */
export interface EventTypeFilter {
  readonly name: string;
  readonly toActor: string | undefined;
  readonly toPort: string | undefined;
}

/** `Subscribe`. `undefined` means no restriction, an empty list that nothing matches. */
export interface SubscriptionFilters {
  readonly flowIds: readonly string[] | undefined;
  readonly actorIds: readonly string[] | undefined;
  readonly eventTypes: readonly EventTypeFilter[] | undefined;
  readonly statuses: readonly ExecutionStatus[] | undefined;
}

/** A client's frame, understood. */
export type Request =
  | { readonly kind: "record_event"; readonly clientTraceId: Uuid | undefined; readonly event: EventHead }
  | { readonly kind: "start_trace"; readonly flowId: string; readonly startedAt: string }
  | {
    readonly kind: "store_trace";
    readonly traceId: Uuid;
    readonly flowId: string;
    readonly status: ExecutionStatus;
  }
  | { readonly kind: "get_trace"; readonly traceId: Uuid }
  | { readonly kind: "query_traces"; readonly query: TraceQuery }
  | { readonly kind: "get_flow_versions"; readonly flowId: string }
  | { readonly kind: "subscribe"; readonly filters: SubscriptionFilters }
  | { readonly kind: "unsubscribe" }
  | { readonly kind: "ping" }
  | { readonly kind: "get_metrics" }
  | { readonly kind: "legacy_subscribe" };

/** Codes of the newer answer family's `Error`. */
export type WireErrorCode =
  | "NotFound"
  | "InvalidRequest"
  | "StorageError"
  | "SerializationError"
  | "Unauthorized"
  | "InternalError";

/** A frame that cannot be understood: what is wrong, and where. */
export interface Refusal {
  readonly kind: "refused";
  readonly code: WireErrorCode;
  readonly message: string;
}
