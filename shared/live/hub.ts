import type { Uuid } from "../ids/mod.ts";
import { eventNotification, strictEvent, type SubscriptionFilters } from "../protocol/mod.ts";
import { createMatcher, type LiveFacts } from "./matcher.ts";

/** One event as it happens. */
export interface LiveEvent extends LiveFacts {
  readonly traceId: Uuid;
  /** Gives the event's JSON text; called only when somebody wants it. */
  readonly text: () => string;
}

/** Where a subscriber's notifications go. */
export interface Subscriber {
  /** Bytes that the connection has not taken yet. */
  readonly bufferedBytes: () => number;
  readonly send: (text: string) => void;
}

/** What the hub has done, for metrics. */
export interface HubCounts {
  readonly delivered: number;
  /** Notifications that a slow subscriber did not get. */
  readonly missed: number;
}

/** A subscriber that is further behind than this misses notifications; the senders never wait for it. */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

interface Subscription {
  readonly subscriber: Subscriber;
  readonly matches: (facts: LiveFacts) => boolean;
}

/**
 * Hands live events to subscribers. A subscriber has one subscription: a second one replaces it. Nothing is kept:
 * who subscribes later sees what happens later.
 */
export class LiveHub {
  readonly #subscriptions = new Map<Subscriber, Subscription>();
  #delivered = 0;
  #missed = 0;

  get isIdle(): boolean {
    return this.#subscriptions.size === 0;
  }

  get subscriberCount(): number {
    return this.#subscriptions.size;
  }

  get counts(): HubCounts {
    return { delivered: this.#delivered, missed: this.#missed };
  }

  subscribe(subscriber: Subscriber, filters: SubscriptionFilters): void {
    this.#subscriptions.set(subscriber, { subscriber, matches: createMatcher(filters) });
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#subscriptions.delete(subscriber);
  }

  /** Sends the event to everybody whose filters it passes. */
  publish(event: LiveEvent): void {
    let notification: string | undefined;
    for (const { subscriber, matches } of this.#subscriptions.values()) {
      if (!matches(event)) continue;
      if (subscriber.bufferedBytes() > MAX_BUFFERED_BYTES) {
        this.#missed++;
        continue;
      }
      notification ??= eventNotification(event.traceId, strictEvent(event.text()));
      subscriber.send(notification);
      this.#delivered++;
    }
  }
}
