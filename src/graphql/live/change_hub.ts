import type { Change, ChangeKind } from "./change.ts";
import { type ChangeQueue, createChangeQueue } from "./change_queue.ts";

type Subscription = {
  tenantId: string;
  kind: ChangeKind;
  /** Null: changes of every conversation. */
  conversationId: string | null;
  /** Called when the client reads too slowly and its queue has ended. */
  onOverflow(): void;
};

/** Distributes changes to the subscriptions that match them. It does not depend on their source. */
export type ChangeHub = {
  subscribe(subscription: Subscription): ChangeQueue;
  publish(change: Change): void;
  hasSubscribers(tenantId: string): boolean;
  /** Ends every subscription. */
  close(): void;
};

type Listener = Subscription & { queue: ChangeQueue };

export function createChangeHub(): ChangeHub {
  const byTenant = new Map<string, Set<Listener>>();

  return {
    subscribe(subscription) {
      const { tenantId } = subscription;
      const listeners = byTenant.get(tenantId) ?? new Set();
      byTenant.set(tenantId, listeners);
      const listener: Listener = {
        ...subscription,
        queue: createChangeQueue(() => {
          listeners.delete(listener);
          if (listeners.size === 0 && byTenant.get(tenantId) === listeners) byTenant.delete(tenantId);
        }),
      };
      listeners.add(listener);
      return listener.queue;
    },
    publish(change) {
      for (const { kind, conversationId, queue, onOverflow } of byTenant.get(change.tenantId) ?? []) {
        if (kind !== change.kind) continue;
        if (conversationId !== null && conversationId !== change.conversationId) continue;
        if (!queue.push(change)) onOverflow();
      }
    },
    hasSubscribers: (tenantId) => byTenant.has(tenantId),
    close() {
      for (const listeners of [...byTenant.values()]) for (const { queue } of [...listeners]) queue.end();
    },
  };
}
