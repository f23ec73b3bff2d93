import { BoundedMap } from "./bounded_map.ts";
import type { Message } from "./chats.ts";
import type { SandboxLimits } from "./options.ts";
import { Recent } from "./recent.ts";
import type { Delivery } from "./webhooks/delivery.ts";

/** One request to the Graph API, and its outcome. */
interface LedgerRequest {
  at: number;
  method: string;
  path: string;
  /** The parsed JSON body, where there was one. */
  body: unknown;
  /** The HTTP status, or what was done to the connection instead of answering. */
  answer: number | "cut" | "silence";
  /** The Graph error code of the answer. */
  errorCode: number | undefined;
}

/** Totals since the start; they are never forgotten. */
interface Counters {
  /** Requests to the Graph API. */
  requests: number;
  /** Sends that got a wamid. */
  accepted: number;
  /** Messages by customers. */
  inbound: number;
  /** Statuses reported. */
  statuses: number;
  webhookPosts: number;
  webhookFailures: number;
  /** Updates that never left, because too many were waiting. */
  droppedUpdates: number;
}

/** Everything that happened, for tests to look up: the newest part in full, the rest as totals. */
export class Ledger {
  readonly counters: Counters = {
    requests: 0,
    accepted: 0,
    inbound: 0,
    statuses: 0,
    webhookPosts: 0,
    webhookFailures: 0,
    droppedUpdates: 0,
  };
  readonly #requests: Recent<LedgerRequest>;
  readonly #deliveries: Recent<Delivery>;
  readonly #messages: BoundedMap<string, Message>;
  readonly #listeners = new Set<() => void>();
  #isAnnounced = false;

  constructor(limits: SandboxLimits) {
    this.#requests = new Recent(limits.requests);
    this.#deliveries = new Recent(limits.deliveries);
    this.#messages = new BoundedMap(limits.messages);
  }

  /** Graph API requests, oldest first. */
  get requests(): LedgerRequest[] {
    return this.#requests.list();
  }

  /** Webhook bodies, oldest first. */
  get deliveries(): Delivery[] {
    return this.#deliveries.list();
  }

  /** Messages both ways, oldest first. */
  get messages(): Message[] {
    return [...this.#messages.values()];
  }

  /** What businesses sent, oldest first. */
  get sent(): Message[] {
    return this.messages.filter((message) => message.from === "business");
  }

  message(wamid: string): Message | undefined {
    return this.#messages.get(wamid);
  }

  addRequest(request: LedgerRequest): void {
    this.counters.requests += 1;
    this.#requests.add(request);
    this.changed();
  }

  addDelivery(delivery: Delivery): void {
    this.#deliveries.add(delivery);
  }

  addMessage(message: Message): void {
    if (message.from === "business") this.counters.accepted += 1;
    else this.counters.inbound += 1;
    this.#messages.set(message.wamid, message);
    this.changed();
  }

  /** Wakes waiters after a change: once per turn of the event loop, and only when there are waiters. */
  changed(): void {
    if (this.#isAnnounced || this.#listeners.size === 0) return;
    this.#isAnnounced = true;
    setImmediate(() => {
      this.#isAnnounced = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /**
   * Resolves with what `predicate` returns once that is neither undefined, null nor false. Rejects after
   * `deadlineMs` of real time (also under a manual clock, which would never get there).
   */
  waitFor<T>(predicate: () => T | undefined | null | false, deadlineMs = 5000): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        settle();
      };
      const check = () => {
        try {
          const value = predicate();
          if (value !== undefined && value !== null && value !== false) finish(() => resolve(value));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const timer = setTimeout(() => {
        const state = JSON.stringify(this.counters);
        finish(() => reject(new Error(`Waited ${deadlineMs} ms in vain. The sandbox has seen: ${state}`)));
      }, deadlineMs);
      this.#listeners.add(check);
      check();
    });
  }
}
