import { randomInt } from "node:crypto";
import type { Router } from "express";
import { ChatDirectory } from "./chats.ts";
import { systemClock } from "./clock.ts";
import { createPhoneRouter } from "./control/router.ts";
import { type Conversion, ConversionDirectory } from "./conversions.ts";
import { CustomerPhone } from "./customer_phone.ts";
import { CustomerDirectory, type CustomerIdentity } from "./customers.ts";
import { ExampleUploads } from "./example_uploads.ts";
import { Faults } from "./faults.ts";
import { createGraphRouter } from "./graph/router.ts";
import { createIdentifiers } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";
import { Ledger } from "./ledger.ts";
import { MediaStore } from "./media_store.ts";
import { DEFAULT_STATUSES, type StatusStep } from "./message_status.ts";
import type { Network } from "./network.ts";
import { type BusinessNumber, NumberDirectory } from "./numbers.ts";
import { DEFAULT_DELIVERY, DEFAULT_LIMITS, type NumberOptions, type SandboxOptions } from "./options.ts";
import { seededRandom } from "./random.ts";
import { type RuleScope, Rules } from "./rules.ts";
import { StatusReporter } from "./statuses.ts";
import { type TemplateDecision, TemplateReview } from "./template_review.ts";
import { type Template, TemplateDirectory } from "./templates.ts";
import { verifyWebhook } from "./verify_webhook.ts";
import { WebhookDispatcher } from "./webhooks/dispatcher.ts";

/**
 * A stand-in for Meta's WhatsApp Cloud API and for the customers behind it. It keeps messages in memory and
 * files in a temporary folder, within limits, and speaks to the application by HTTP only, as Meta does.
 */
export interface Sandbox {
  /** The Graph API. Mount it where the application's Graph address points to. */
  readonly graphRouter: Router;
  /** A customer's phone as a page, and its API under `api`. Mount it at `/sandbox`. */
  readonly phoneRouter: Router;
  /** All that happened. */
  readonly ledger: Ledger;
  /** The way out of the webhooks: hold and release, repeat, count what is pending. */
  readonly webhooks: WebhookDispatcher;
  /** What is to go wrong. */
  readonly faults: Faults;
  /** Adds a business number, or changes the one of the same id. */
  addNumber(options: NumberOptions): void;
  addTemplate(businessAccountId: string, template: NewTemplate): Template;
  /** What was reported to the account's data set, oldest first. */
  conversions(businessAccountId: string): Conversion[];
  /** What Meta decides about a template: approves it, rejects it, pauses it, …. Reported by webhooks. */
  decide(businessAccountId: string, name: string, decision: TemplateDecision): Template;
  /** A customer's phone, with the chat with this number open; defaults to the first number. */
  customer(identity: CustomerIdentity, phoneNumberId?: string): CustomerPhone;
  /** Sets a status plan for messages in `scope`; the returned function removes it. */
  planStatuses(steps: readonly StatusStep[], scope?: RuleScope): () => void;
  /** Sends any other update: a template's status, a number's quality, an account's alert. */
  sendUpdate(phoneNumberId: string, field: string, value: JsonObject): void;
  /** Asks the webhook address the way Meta does before it trusts it: GET with a challenge. */
  verifyWebhook(phoneNumberId: string): Promise<boolean>;
  /** `ledger.waitFor`. */
  waitFor: Ledger["waitFor"];
  /** Stops everything. Nothing is sent afterwards. */
  close(): Promise<void>;
}

type NewTemplate = Pick<Template, "name" | "components"> & Partial<Template>;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: wires the parts of a sandbox together.
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const clock = options.clock ?? systemClock;
  const random = seededRandom(options.seed ?? randomInt(2 ** 32));
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const identifiers = createIdentifiers(random);
  const numbers = new NumberDirectory(limits.numbers);
  const ledger = new Ledger(limits);
  const webhooks = new WebhookDispatcher({
    clock,
    numbers,
    ledger,
    limits,
    options: { ...DEFAULT_DELIVERY, ...options.delivery },
    log: options.log,
  });
  const templates = new TemplateDirectory();
  const plans = new Rules<readonly StatusStep[]>(random);
  const network: Network = {
    clock,
    identifiers,
    limits,
    enforcesWindow: options.enforcesWindow ?? true,
    log: options.log,
    numbers,
    customers: new CustomerDirectory(limits.customers, () =>
      options.assignsUserIds === false ? undefined : identifiers.userId(),
    ),
    chats: new ChatDirectory(limits.chats),
    media: new MediaStore(limits, clock, identifiers),
    conversions: new ConversionDirectory(limits.conversions, identifiers),
    templates,
    review: new TemplateReview({
      clock,
      numbers,
      webhooks,
      approvesAfterMs:
        options.approvesTemplatesAfterMs === undefined ? 1000 : options.approvesTemplatesAfterMs,
    }),
    examples: new ExampleUploads(identifiers),
    faults: new Faults(random),
    plans,
    ledger,
    webhooks,
    statuses: new StatusReporter({
      clock,
      ledger,
      webhooks,
      plans,
      defaultPlan: options.statuses ?? DEFAULT_STATUSES,
    }),
  };
  for (const number of options.numbers ?? []) numbers.add(number);

  const numberOrThrow = (phoneNumberId = numbers.list()[0]?.phoneNumberId): BusinessNumber => {
    const number = phoneNumberId === undefined ? undefined : numbers.get(phoneNumberId);
    if (!number) throw new Error(`The sandbox has no number ${phoneNumberId ?? "at all"}`);
    return number;
  };

  return {
    graphRouter: createGraphRouter(network),
    phoneRouter: createPhoneRouter(network),
    ledger,
    webhooks,
    faults: network.faults,
    addNumber: (number) => void numbers.add(number),
    addTemplate: (businessAccountId, template) => {
      const complete: Template = {
        id: identifiers.node(),
        language: "en_US",
        category: "UTILITY",
        status: "APPROVED",
        parameter_format: "POSITIONAL",
        ...template,
      };
      network.templates.set(businessAccountId, complete);
      return complete;
    },
    conversions: (businessAccountId) => network.conversions.list(businessAccountId),
    decide: (businessAccountId, name, decision) => {
      const template = templates.list(businessAccountId).find((each) => each.name === name);
      if (!template) throw new Error(`The account has no template ${name}`);
      network.review.decide(businessAccountId, template, decision);
      return template;
    },
    customer: (identity, phoneNumberId) => {
      const customer = network.customers.introduce(identity);
      return new CustomerPhone(network, network.chats.open(numberOrThrow(phoneNumberId), customer));
    },
    planStatuses: (steps, scope = {}) => plans.add(scope, steps),
    sendUpdate: (phoneNumberId, field, value) =>
      webhooks.send({ kind: "field", number: numberOrThrow(phoneNumberId), field, value }),
    verifyWebhook: (phoneNumberId) => verifyWebhook(numberOrThrow(phoneNumberId), random),
    waitFor: (predicate, deadlineMs) => ledger.waitFor(predicate, deadlineMs),
    close: async () => {
      await webhooks.close();
      network.media.close();
    },
  };
}
