import type { WebhookChannel } from "./channel_directory.ts";
import { customerOf, instant } from "./rows.ts";
import type {
  AccountUpdateItem,
  Json,
  JsonObject,
  PhoneNumberUpdateItem,
  WebhookItem,
} from "./webhook_item.ts";

export type FactCall =
  /** A call of an app_private function with one jsonb argument that returns whether it found what it is about. */
  | { kind: "call"; function: string; argument: { [key: string]: unknown } }
  /** An entry of an address book: they come by the thousand, and are applied together. */
  | { kind: "contact"; argument: { [key: string]: unknown } }
  | { kind: "skip"; reason: string };

/** Which function applies an item that is neither a message nor a status; or why nothing does. */
export function factCall(item: WebhookItem, channel: WebhookChannel, receivedAt: number): FactCall {
  switch (item.kind) {
    case "identity_change": {
      const before = customerOf(channel, item.before, item, receivedAt);
      const after = customerOf(channel, item.after, item, receivedAt);
      if (before === null || after === null) return skip("it does not name both the old and the new address");
      return call("apply_identity_change", { before, after });
    }
    case "marketing_preference": {
      const customer = customerOf(channel, item.contact, item, receivedAt);
      if (customer === null || item.allowsMarketing === null)
        return skip("it names no customer, or no known preference");
      return call("apply_marketing_preference", {
        customer,
        allows_marketing: item.allowsMarketing,
        occurred_at: instant(item.occurredAt),
      });
    }
    case "template_update":
      if (!TEMPLATE_NAME.test(item.name ?? "") || !TEMPLATE_LANGUAGE.test(item.language ?? ""))
        return skip("it names no template, or no language");
      return call("apply_template_update", {
        tenant_id: channel.tenantId,
        business_account_id: item.businessAccountId ?? channel.businessAccountId,
        name: item.name,
        language: item.language,
        provider_template_id: item.templateId,
        status: item.status,
        status_reason: item.reason,
        category: item.category,
        quality_rating: item.quality,
      });
    case "phone_number_update":
      return phoneNumberCall(item, channel);
    case "account_update":
      return accountCall(item, channel);
    case "contact_sync": {
      const customer = customerOf(channel, item.contact, item, receivedAt);
      if (customer === null || item.action !== "add")
        return skip("only additions to the address book are applied");
      return { kind: "contact", argument: { customer, name: item.fullName ?? item.firstName } };
    }
    case "call": {
      const customer = customerOf(channel, item.contact, item, receivedAt);
      if (customer === null || !item.opensWindow)
        return skip(`call ${item.event ?? ""}: kept, nothing to do`);
      return call("apply_call", { customer, occurred_at: instant(item.occurredAt) });
    }
    case "other":
      return skip(item.reason);
    case "history_sync":
    case "handover":
    case "flow_update":
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

/** As Meta lets people name them. */
const TEMPLATE_NAME = /^[a-z0-9_]{1,512}$/;
const TEMPLATE_LANGUAGE = /^\S{2,20}$/;

function phoneNumberCall(item: PhoneNumberUpdateItem, channel: WebhookChannel): FactCall {
  if (item.aspect !== "quality" && item.aspect !== "name") return skip(`${item.aspect}: kept, nothing to do`);
  const isNameApproved = item.aspect === "name" && item.event === "APPROVED";
  return call("apply_channel_update", {
    ...accountOf(item, channel),
    display_phone_number: item.displayPhoneNumber ?? textOf(item.details.display_phone_number),
    quality_rating: qualityOf(item.event),
    messaging_limit: item.messagingLimit,
    verified_name: isNameApproved ? item.name : null,
  });
}

/** The event is a change, not a rating; Meta's flag means the lowest one. */
function qualityOf(event: string | null): string | null {
  if (event === "FLAGGED") return "RED";
  return event === "UNFLAGGED" ? "GREEN" : null;
}

const STOPPING = new Set(["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"]);

function accountCall(item: AccountUpdateItem, channel: WebhookChannel): FactCall {
  const ban = textOf((item.details.ban_info as JsonObject | undefined)?.waba_ban_state);
  const isReinstated = ban === "REINSTATE" || item.event === "ACCOUNT_RECONNECTED";
  const isStopped = ban === "DISABLE" || (item.event !== null && STOPPING.has(item.event));
  if (!isReinstated && !isStopped) return skip(`${item.event ?? item.aspect}: kept, nothing to do`);
  return call("apply_channel_update", {
    ...accountOf(item, channel),
    stop_reason: isStopped ? `Meta: ${item.event} ${ban ?? ""}`.trim() : null,
    is_reinstated: isReinstated,
  });
}

function accountOf(item: WebhookItem, channel: WebhookChannel) {
  return {
    tenant_id: channel.tenantId,
    business_account_id: item.businessAccountId ?? channel.businessAccountId,
  };
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function call(name: string, argument: { [key: string]: unknown }): FactCall {
  return { kind: "call", function: name, argument };
}

function skip(reason: string): FactCall {
  return { kind: "skip", reason };
}
