import { type Agent, request } from "undici";
import type { Clock } from "../clock.ts";
import type { DeliveryOptions } from "../options.ts";
import { Queue } from "../queue.ts";
import type { Delivery, DeliveryAttempt } from "./delivery.ts";
import { toEnvelope } from "./envelope.ts";
import { encodeBody, signBody } from "./sign.ts";
import type { Update } from "./update.ts";

/** Meta's own limits on one POST. */
const MAX_BATCH = 1000;
const MAX_BODY_BYTES = 3_000_000;

interface WebhookQueueEvents {
  /** A body was made and is about to be sent for the first time. */
  started(delivery: Delivery): void;
  attempted(delivery: Delivery, attempt: DeliveryAttempt): void;
  dropped(): void;
}

export interface WebhookQueueContext {
  clock: Clock;
  agent: Agent;
  options: DeliveryOptions;
  /** Updates that may wait; more are dropped. */
  capacity: number;
  events: WebhookQueueEvents;
}

/** The way to one webhook address: batches, limits what is under way, and tries again what was not answered 200. */
export class WebhookQueue {
  readonly #context: WebhookQueueContext;
  readonly #url: string;
  readonly #appSecret: string;
  readonly #fresh = new Queue<Update>();
  readonly #due = new Queue<Delivery>();
  #underway = 0;
  #sleeping = 0;
  #isHeld = false;
  #isClosed = false;

  constructor(context: WebhookQueueContext, url: string, appSecret: string) {
    this.#context = context;
    this.#url = url;
    this.#appSecret = appSecret;
  }

  /** Updates and bodies that are still waiting or being sent. */
  get pending(): number {
    return this.#fresh.size + this.#due.size + this.#underway + this.#sleeping;
  }

  add(update: Update): void {
    if (this.pending >= this.#context.capacity) this.#context.events.dropped();
    else this.#fresh.push(update);
    this.#flush();
  }

  /** As `add`, for updates that share a body. While updates are held, they leave with the others. */
  addTogether(updates: readonly Update[]): void {
    const { capacity, events } = this.#context;
    const free = Math.max(0, capacity - this.pending);
    for (const _ of updates.slice(free)) events.dropped();
    const taken = updates.slice(0, free);
    if (this.#isHeld) for (const update of taken) this.#fresh.push(update);
    else this.#pack(taken);
    this.#flush();
  }

  /** Nothing new leaves until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Sends what was held in as few bodies as Meta's limits allow. */
  release(): void {
    this.#isHeld = false;
    while (this.#fresh.size > 0) this.#pack(this.#fresh.take(MAX_BATCH));
    this.#flush();
  }

  /** Sends the same bytes again, regardless of the earlier outcome. */
  repeat(delivery: Delivery): void {
    this.#due.push({ ...delivery, attempts: [], state: "pending" });
    this.#flush();
  }

  close(): void {
    this.#isClosed = true;
    this.#fresh.clear();
    this.#due.clear();
  }

  #flush(): void {
    const { concurrency, batchSize } = this.#context.options;
    while (this.#underway < concurrency) {
      if (this.#due.size === 0 && !this.#isHeld) this.#pack(this.#fresh.take(batchSize));
      const [delivery] = this.#due.take(1);
      if (!delivery) return;
      void this.#attempt(delivery);
    }
  }

  /** Turns updates into bodies that are due, halving what is too large. */
  #pack(updates: Update[]): void {
    if (updates.length === 0) return;
    const bytes = encodeBody(toEnvelope(updates));
    if (bytes.length > MAX_BODY_BYTES && updates.length > 1) {
      this.#pack(updates.slice(0, updates.length / 2));
      this.#pack(updates.slice(updates.length / 2));
      return;
    }
    const delivery: Delivery = {
      url: this.#url,
      updates,
      bytes,
      signature: signBody(this.#appSecret, bytes),
      attempts: [],
      state: "pending",
    };
    this.#context.events.started(delivery);
    this.#due.push(delivery);
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { clock, events, options } = this.#context;
    this.#underway += 1;
    const attempt: DeliveryAttempt = { at: clock.now(), ...(await this.#post(delivery)) };
    this.#underway -= 1;
    if (this.#isClosed) return;
    delivery.attempts.push(attempt);
    const delay = options.retryDelaysMs[delivery.attempts.length - 1];
    if (attempt.status === 200) delivery.state = "delivered";
    else if (delay === undefined) delivery.state = "failed";
    else this.#sleep(delivery, delay);
    events.attempted(delivery, attempt);
    this.#flush();
  }

  #sleep(delivery: Delivery, milliseconds: number): void {
    this.#sleeping += 1;
    this.#context.clock.setTimeout(() => {
      this.#sleeping -= 1;
      if (this.#isClosed) return;
      this.#due.push(delivery);
      this.#flush();
    }, milliseconds);
  }

  /** Redirects are not followed; only a 200 counts. */
  async #post(delivery: Delivery): Promise<Omit<DeliveryAttempt, "at">> {
    try {
      const { statusCode, body } = await request(delivery.url, {
        dispatcher: this.#context.agent,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "facebookexternalua",
          "x-hub-signature-256": delivery.signature,
        },
        body: delivery.bytes,
      });
      await body.dump();
      return { status: statusCode };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }
}
