import type { Visitor } from "../auth/visitor.ts";
import type { Change, ChangeKind } from "./change.ts";
import type { ChangeHub } from "./change_hub.ts";
import type { ChangeQueue } from "./change_queue.ts";

/** The pub/sub interface of Grafast, restricted to the changes of one visitor's tenant. */
export type ChangeSource = {
  /** @param topic `<kind>`, or `<kind>:<conversation id>` */
  subscribe(topic: string): AsyncIterableIterator<Change>;
  /** Ends all iterators that wait for a change. */
  end(): void;
};

declare global {
  namespace Grafast {
    interface Context {
      /** Set only for subscriptions. */
      changes: ChangeSource | null;
    }
  }
}

/** @param onOverflow the visitor's client reads too slowly */
export function changesFor({ tenantId }: Visitor, hub: ChangeHub, onOverflow: () => void): ChangeSource {
  const queues: ChangeQueue[] = [];
  return {
    subscribe(topic) {
      const [kind, conversationId = null] = topic.split(":") as [ChangeKind, string?];
      const queue = hub.subscribe({ tenantId, kind, conversationId, onOverflow });
      queues.push(queue);
      return queue;
    },
    end() {
      for (const queue of queues) queue.end();
    },
  };
}
