import { announce, type Message } from "./chats.ts";
import type { Clock } from "./clock.ts";
import { statusError } from "./graph_error.ts";
import type { JsonObject } from "./json.ts";
import type { Ledger } from "./ledger.ts";
import { isForward, type ReportedStatus, type StatusStep } from "./message_status.ts";
import type { Rules } from "./rules.ts";
import { toContact } from "./webhooks/contact.ts";
import type { WebhookDispatcher } from "./webhooks/dispatcher.ts";
import { toTimestamp } from "./webhooks/update.ts";

const UNDELIVERABLE = 131026;

interface ReporterContext {
  clock: Clock;
  ledger: Ledger;
  webhooks: WebhookDispatcher;
  /** Plans asked for in advance. */
  plans: Rules<readonly StatusStep[]>;
  defaultPlan: readonly StatusStep[];
}

/** Reports the statuses of businesses' messages. */
export class StatusReporter {
  readonly #context: ReporterContext;

  constructor(context: ReporterContext) {
    this.#context = context;
  }

  /** Sets the statuses of a newly accepted message going. */
  follow(message: Message): void {
    const { plans, defaultPlan, clock } = this.#context;
    const { number, customer } = message.chat;
    const subject = {
      phoneNumberId: number.phoneNumberId,
      recipient: customer.waId ?? customer.userId ?? customer.key,
    };
    for (const step of plans.take(subject) ?? defaultPlan) {
      // Meta reports nothing but `sent` (or `failed`) of a reaction.
      if (message.type === "reaction" && step.status !== "sent" && step.status !== "failed") continue;
      clock.setTimeout(() => this.report(message, step), step.afterMs);
    }
  }

  /** Reports one status now, and moves the message forward if it is further. */
  report(message: Message, step: Omit<StatusStep, "afterMs">): void {
    const { webhooks, ledger } = this.#context;
    const { number, customer } = message.chat;
    const errorCode = step.errorCode ?? UNDELIVERABLE;
    if (isForward(message.status, step.status)) {
      message.status = step.status;
      if (step.status === "failed") message.errorCode = errorCode;
      announce(message.chat);
    }
    const contact = step.status === "failed" ? undefined : toContact(customer);
    const status = this.#describe(message, step.status, statusError(errorCode, step.errorDetails));
    for (let copy = 0; copy < (step.copies ?? 1); copy++) {
      message.reported.push(step.status);
      ledger.counters.statuses += 1;
      webhooks.send({ kind: "status", number, contact, status });
    }
    ledger.changed();
  }

  #describe(message: Message, status: ReportedStatus, error: JsonObject): JsonObject {
    const { customer } = message.chat;
    return {
      id: message.wamid,
      status,
      timestamp: toTimestamp(this.#context.clock.now()),
      ...(customer.waId !== undefined && { recipient_id: customer.waId }),
      ...(customer.userId !== undefined && { recipient_user_id: customer.userId }),
      ...(customer.parentUserId !== undefined && { recipient_parent_user_id: customer.parentUserId }),
      ...(message.callbackData !== undefined && { biz_opaque_callback_data: message.callbackData }),
      ...((status === "sent" || status === "delivered") && { pricing: priceOf(message) }),
      ...(status === "failed" && { errors: [error] }),
    };
  }
}

/** Pricing as received data: per message, and a template is paid for. */
function priceOf(message: Message): JsonObject {
  const category = message.rendered?.category.toLowerCase() ?? "service";
  const type = category === "service" ? "free_customer_service" : "regular";
  return { billable: type === "regular", pricing_model: "PMP", type, category };
}
