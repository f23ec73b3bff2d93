import type { Change, LiveEvent } from "./change.ts";
import { type Reader, Reading, type Subscriber } from "./reading.ts";

/** What a subscriber asks for, and whose rights it has. */
export type Subscription = {
  tenantId: string;
  event: LiveEvent;
  /** Null: of the whole tenant. */
  scopeId: string | null;
  /** Subscribers with the same key share one reading: the same operation and variables, and the same rights. */
  sharingKey: string;
};

type Readings = {
  byKey: Map<string, Reading>;
  /** By event, or event and scope. */
  byTopic: Map<string, Set<Reading>>;
};

/** Distributes changes to the readings that match them. It does not depend on their source. */
export class ChangeHub {
  readonly #byTenant = new Map<string, Readings>();

  /** @returns ends the subscription */
  subscribe(subscription: Subscription, subscriber: Subscriber, reader: Reader): () => void {
    const { tenantId, event, scopeId, sharingKey } = subscription;
    const readings = this.#byTenant.get(tenantId) ?? { byKey: new Map(), byTopic: new Map() };
    this.#byTenant.set(tenantId, readings);
    const reading = readings.byKey.get(sharingKey) ?? new Reading(reader);
    const topic = topicOf(event, scopeId);
    const ofTopic = readings.byTopic.get(topic) ?? new Set();
    readings.byKey.set(sharingKey, reading);
    readings.byTopic.set(topic, ofTopic.add(reading));
    reading.add(subscriber);
    return () => {
      reading.remove(subscriber);
      if (reading.hasSubscribers || readings.byKey.get(sharingKey) !== reading) return;
      readings.byKey.delete(sharingKey);
      ofTopic.delete(reading);
      if (ofTopic.size === 0) readings.byTopic.delete(topic);
      if (readings.byKey.size === 0) this.#byTenant.delete(tenantId);
    };
  }

  hasSubscribers(tenantId: string): boolean {
    return this.#byTenant.has(tenantId);
  }

  /** In this order, clients are notified. */
  publish(changes: Iterable<Change>): void {
    for (const change of changes) {
      const { event, scopeId } = change;
      const byTopic = this.#byTenant.get(change.tenantId)?.byTopic;
      for (const topic of [topicOf(event, null), topicOf(event, scopeId)])
        for (const reading of byTopic?.get(topic) ?? []) reading.report(change);
    }
  }
}

function topicOf(event: LiveEvent, scopeId: string | null): string {
  return scopeId === null ? event : `${event} ${scopeId}`;
}
