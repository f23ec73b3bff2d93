import type { Fact, OtherFact } from "../channels/facts/fact.ts";
import type { MessageFact } from "../channels/facts/message_fact.ts";
import type { StatusFact } from "../channels/facts/status_fact.ts";
import type { ReceivingChannel } from "../channels/webhooks.ts";
import { customerOf, heardAt, instant } from "./rows.ts";

/** A fact other than a message or a status that changes something. These are rare and are applied separately. */
export type SingleFact = Exclude<Fact, MessageFact | StatusFact | OtherFact>;

/** How such a fact is applied. */
type FactCall =
  /** A call of an app_private function with one jsonb argument that returns whether it found what it is about. */
  | { kind: "call"; function: string; argument: { [key: string]: unknown } }
  /** An entry of an address book. Thousands may arrive at once, so they are applied together. */
  | { kind: "contact"; argument: { [key: string]: unknown } }
  | { kind: "skip"; reason: string };

/** Which function applies a fact, or why none does. */
export function factCall(fact: SingleFact, channel: ReceivingChannel, receivedAt: number): FactCall {
  switch (fact.kind) {
    case "identity_change": {
      const before = customerOf(channel, fact.before, fact, receivedAt);
      const after = customerOf(channel, fact.after, fact, receivedAt);
      if (before === null || after === null) return skip("it does not name both the old and the new address");
      return call("apply_identity_change", { before, after });
    }
    case "marketing_preference": {
      const customer = customerOf(channel, fact.contact, fact, receivedAt);
      if (customer === null) return skip("it names no customer, or no known preference");
      return call("apply_marketing_preference", {
        customer,
        allows_marketing: fact.allowsMarketing,
        evidence: fact.evidence,
        received_at: instant(receivedAt),
      });
    }
    case "contact_sync": {
      const customer = customerOf(channel, fact.contact, fact, receivedAt);
      if (customer === null) return skip("it names no customer");
      return {
        kind: "contact",
        argument: { customer, name: fact.name, received_at: instant(receivedAt) },
      };
    }
    case "call": {
      const customer = customerOf(channel, fact.contact, fact, receivedAt);
      if (customer === null) return skip("it names no customer");
      return call("apply_call", { customer, occurred_at: instant(fact.occurredAt) });
    }
    case "record":
      return call(fact.apply, {
        tenant_id: channel.tenantId,
        business_account_id: fact.providerAccountId ?? channel.providerAccountId,
        heard_at: heardAt(fact.occurredAt, receivedAt),
        ...fact.change,
      });
    default:
      return fact satisfies never;
  }
}

function call(name: string, argument: { [key: string]: unknown }): FactCall {
  return { kind: "call", function: name, argument };
}

function skip(reason: string): FactCall {
  return { kind: "skip", reason };
}
