import { accountFactCall } from "../channels/whatsapp/inbound/account_fact.ts";
import type { WebhookItem } from "../channels/whatsapp/inbound/webhook_item.ts";
import type { WebhookChannel } from "./channel_directory.ts";
import type { Delivery } from "./delivery.ts";
import { call, type FactCall, skip } from "./fact_call.ts";
import { type CustomerRow, customerOf, instant } from "./rows.ts";

/** Which function applies an item that is neither a message nor a status; or why nothing does. */
export function factCall(
  item: WebhookItem,
  channel: WebhookChannel,
  delivery: Pick<Delivery, "receivedAt" | "isReplay">,
): FactCall {
  switch (item.kind) {
    case "identity_change": {
      const before = customerOf(channel, item.before, item, delivery);
      const after = customerOf(channel, item.after, item, delivery);
      if (before === null || after === null) return skip("it does not name both the old and the new address");
      return call("apply_identity_change", { before, after });
    }
    case "marketing_preference": {
      const customer = toldAsOfThen(customerOf(channel, item.contact, item, delivery));
      if (customer === null || item.allowsMarketing === null)
        return skip("it names no customer, or no known preference");
      if (item.category !== null && item.category !== "marketing_messages")
        return skip("only the preference for marketing messages is kept");
      return call("apply_marketing_preference", {
        customer,
        allows_marketing: item.allowsMarketing,
        received_at: instant(delivery.receivedAt),
      });
    }
    case "template_update":
    case "phone_number_update":
    case "account_update":
    case "flow_update":
      return accountFactCall(item, channel, delivery.receivedAt);
    case "contact_sync": {
      const customer = toldAsOfThen(customerOf(channel, item.contact, item, delivery));
      if (customer === null || item.action !== "add")
        return skip("only additions to the address book are applied");
      return {
        kind: "contact",
        argument: {
          customer,
          name: item.fullName ?? item.firstName,
          received_at: instant(delivery.receivedAt),
        },
      };
    }
    case "call": {
      const customer = toldAsOfThen(customerOf(channel, item.contact, item, delivery));
      if (customer === null || !item.opensWindow)
        return skip(`call ${item.event ?? ""}: kept, nothing to do`);
      return call("apply_call", { customer, occurred_at: instant(item.occurredAt) });
    }
    case "other":
      return skip(item.reason);
    case "history_sync":
    case "handover":
    case "group_update":
    case "provider_error":
      return skip("kept: there is no table for it yet");
    case "message":
    case "status":
      return skip("not a fact");
    default:
      return item satisfies never;
  }
}

/** Facts have no id to tell that they are delivered again: an old one must not bring back who was erased since it was so. */
function toldAsOfThen(customer: CustomerRow | null): CustomerRow | null {
  return customer && { ...customer, received_at: customer.heard_at };
}
