import { Agent } from "undici";
import { announce } from "../chats.ts";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger.ts";
import { isForward } from "../message_status.ts";
import type { BusinessNumber, NumberDirectory } from "../numbers.ts";
import type { DeliveryOptions, SandboxLimits, SandboxOptions } from "../options.ts";
import type { Delivery, DeliveryAttempt } from "./delivery.ts";
import type { Update } from "./update.ts";
import { WebhookQueue, type WebhookQueueContext } from "./webhook_queue.ts";

interface DispatcherContext {
  clock: Clock;
  numbers: NumberDirectory;
  ledger: Ledger;
  options: DeliveryOptions;
  limits: SandboxLimits;
  log: SandboxOptions["log"];
}

/** Sends updates to the webhook address of their number, over kept-alive connections. */
export class WebhookDispatcher {
  readonly #context: DispatcherContext;
  readonly #agent: Agent;
  readonly #queues = new Map<string, WebhookQueue>();
  #isHeld = false;
  #isClosed = false;

  constructor(context: DispatcherContext) {
    this.#context = context;
    const { concurrency, timeoutMs } = context.options;
    this.#agent = new Agent({
      connections: concurrency,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: timeoutMs },
    });
  }

  /** Updates and bodies on their way, or waiting for another try. */
  get pending(): number {
    let sum = 0;
    for (const queue of this.#queues.values()) sum += queue.pending;
    return sum;
  }

  /** Queues an update. Without a subscription of the account it goes nowhere, as with Meta. */
  send(update: Update): void {
    if (this.#isClosed || !this.#context.numbers.isSubscribed(update.number.businessAccountId)) return;
    this.#queueOf(update.number).add(update);
  }

  /** Queues updates of one number that leave in one POST, whatever the batch size is. */
  sendTogether(updates: readonly Update[]): void {
    const number = updates[0]?.number;
    if (!number || this.#isClosed || !this.#context.numbers.isSubscribed(number.businessAccountId)) return;
    this.#queueOf(number).addTogether(updates);
  }

  /** Keeps back all updates, so that `release` sends them together: up to 1000 in one POST. */
  hold(): void {
    this.#isHeld = true;
    for (const queue of this.#queues.values()) queue.hold();
  }

  release(): void {
    this.#isHeld = false;
    for (const queue of this.#queues.values()) queue.release();
  }

  /** Sends the same bytes `copies` times more, at the same time: at least once is all Meta promises. */
  repeat(delivery: Delivery, copies = 1): void {
    const number = delivery.updates[0]?.number;
    if (!number) return;
    for (let copy = 0; copy < copies; copy++) this.#queueOf(number).repeat(delivery);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const queue of this.#queues.values()) queue.close();
    await this.#agent.destroy();
  }

  #queueOf(number: BusinessNumber): WebhookQueue {
    const key = `${number.appSecret}\n${number.webhookUrl}`;
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = new WebhookQueue(this.#queueContext(), number.webhookUrl, number.appSecret);
      if (this.#isHeld) queue.hold();
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #queueContext(): WebhookQueueContext {
    const { clock, options, limits, ledger } = this.#context;
    return {
      clock,
      options,
      agent: this.#agent,
      capacity: limits.pendingUpdates,
      events: {
        started: (delivery) => ledger.addDelivery(delivery),
        attempted: (delivery, attempt) => this.#note(delivery, attempt),
        dropped: () => {
          ledger.counters.droppedUpdates += 1;
        },
      },
    };
  }

  #note(delivery: Delivery, { status, error }: DeliveryAttempt): void {
    const { ledger, log } = this.#context;
    const { state, attempts } = delivery;
    ledger.counters.webhookPosts += 1;
    if (state === "delivered") {
      markDelivered(ledger, delivery);
    } else {
      ledger.counters.webhookFailures += 1;
      log?.warn({ status, error, state, attempts: attempts.length }, "webhook refused");
    }
    ledger.changed();
  }
}

/** The customers' messages in a body that was answered 200 have arrived: a second tick. */
function markDelivered(ledger: Ledger, { updates }: Delivery): void {
  for (const update of updates) {
    const message = update.kind === "message" ? ledger.message(String(update.message.id)) : undefined;
    if (!message || !isForward(message.status, "delivered")) continue;
    message.status = "delivered";
    announce(message.chat);
  }
}
