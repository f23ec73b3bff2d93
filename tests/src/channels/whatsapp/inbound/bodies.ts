import type { Fact } from "../../../../../src/channels/facts/fact.ts";
import { readWebhook } from "../../../../../src/channels/whatsapp/inbound/read_webhook.ts";

/** Bodies in the shapes of docs/reference/cloud-api.md, and a short way to their facts. */

export const BUSINESS_NUMBER = "15550100200";
const CUSTOMER_NUMBER = "5511998765432";
export const BSUID = "BR.84211963300175429918";
export const PARENT_BSUID = "BR.ENT.20934711860055120";
export const SAID_AT = "1763690400";
export const SAID_AT_MS = 1_763_690_400_000;

export const metadata = { display_phone_number: BUSINESS_NUMBER, phone_number_id: "604211900871234" };
export const contacts = [{ profile: { name: "Rosa Prado" }, wa_id: CUSTOMER_NUMBER }];

/** A body with one change. */
export function body(field: string, value: object, entry: object = {}): object {
  return {
    object: "whatsapp_business_account",
    entry: [{ id: "330118877665544", ...entry, changes: [{ field, value }] }],
  };
}

/** A body with messages of one customer; `parts` is laid over each message's frame. */
export function messages(...parts: object[]): object {
  const said = parts.map((part, i) => ({
    from: CUSTOMER_NUMBER,
    id: `wamid.TEST${i}`,
    timestamp: SAID_AT,
    ...part,
  }));
  return body("messages", { messaging_product: "whatsapp", metadata, contacts, messages: said });
}

export function statuses(...parts: object[]): object {
  const reported = parts.map((part) => ({
    id: "wamid.SENT",
    status: "delivered",
    timestamp: SAID_AT,
    recipient_id: CUSTOMER_NUMBER,
    ...part,
  }));
  return body("messages", { messaging_product: "whatsapp", metadata, statuses: reported });
}

/** The facts of a body given as an object or as raw text. */
export function factsOf(content: object | string): Fact[] {
  const reading = readWebhook(Buffer.from(typeof content === "string" ? content : JSON.stringify(content)));
  if (reading.kind !== "read") throw new Error(reading.reason);
  return reading.facts;
}

/** The only fact of a body, which must be of the given kind. */
export function onlyFact<K extends Fact["kind"]>(
  kind: K,
  content: object | string,
): Extract<Fact, { kind: K }> {
  const facts = factsOf(content);
  const [fact] = facts;
  if (facts.length !== 1 || fact?.kind !== kind) {
    throw new Error(`one ${kind} was expected, not ${facts.map((other) => other.kind).join(", ")}`);
  }
  return fact as Extract<Fact, { kind: K }>;
}
