import { objectOf, textOf } from "../../../base/json/values.ts";
import type { WebhookChannel } from "../../../inbound/channel_directory.ts";
import { call, type FactCall, skip } from "../../../inbound/fact_call.ts";
import { heardAt } from "../../../inbound/rows.ts";
import type {
  AccountUpdateItem,
  FlowUpdateItem,
  PhoneNumberUpdateItem,
  TemplateUpdateItem,
  WebhookItem,
} from "./webhook_item.ts";

/** Facts about what belongs to an account of Meta's rather than to a customer. Each has a time: an older one changes nothing. */
export type AccountFact = TemplateUpdateItem | PhoneNumberUpdateItem | AccountUpdateItem | FlowUpdateItem;

/** Which function applies it, or which column it would need. */
export function accountFactCall(item: AccountFact, channel: WebhookChannel, receivedAt: number): FactCall {
  const whose = {
    tenant_id: channel.tenantId,
    business_account_id: item.businessAccountId ?? channel.businessAccountId,
    heard_at: heardAt(item.occurredAt, receivedAt),
  };
  switch (item.kind) {
    case "template_update":
      return templateCall(item, whose);
    case "phone_number_update":
      return phoneNumberCall(item, whose);
    case "account_update":
      return accountCall(item, whose);
    case "flow_update":
      return flowCall(item, whose);
    default:
      return item satisfies never;
  }
}

type Whose = { tenant_id: string; business_account_id: string; heard_at: string | null };

/** As Meta lets people name them. */
const TEMPLATE_NAME = /^[a-z0-9_]{1,512}$/;
const TEMPLATE_LANGUAGE = /^\S{2,20}$/;

function templateCall(item: TemplateUpdateItem, whose: Whose): FactCall {
  if (!TEMPLATE_NAME.test(item.name ?? "") || !TEMPLATE_LANGUAGE.test(item.language ?? ""))
    return skip("it names no template, or no language");
  return call("apply_template_update", {
    ...whose,
    name: item.name,
    language: item.language,
    provider_template_id: item.templateId,
    status: item.status,
    status_reason: item.reason,
    category: item.category,
    quality_rating: item.quality,
    components: item.components,
  });
}

function phoneNumberCall(item: PhoneNumberUpdateItem, whose: Whose): FactCall {
  const quality_rating = item.aspect === "quality" ? qualityOf(item.event) : null;
  const verified_name = item.aspect === "name" && item.event === "APPROVED" ? item.name : null;
  if (quality_rating === null && item.messagingLimit === null && verified_name === null)
    return nothingToStore(item, item.event);
  return call("apply_channel_update", {
    ...whose,
    display_phone_number: item.displayPhoneNumber ?? textOf(item.details.display_phone_number),
    quality_rating,
    messaging_limit: item.messagingLimit,
    verified_name,
  });
}

/** The event is a change, not a rating; Meta's flag means the lowest one. */
function qualityOf(event: string | null): string | null {
  if (event === "FLAGGED") return "RED";
  return event === "UNFLAGGED" ? "GREEN" : null;
}

const STOPPING = new Set(["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"]);

function accountCall(item: AccountUpdateItem, whose: Whose): FactCall {
  if (item.messagingLimit !== null)
    return call("apply_channel_update", { ...whose, messaging_limit: item.messagingLimit });
  const ban = textOf(objectOf(item.details.ban_info)?.waba_ban_state);
  const isReinstated = ban === "REINSTATE" || item.event === "ACCOUNT_RECONNECTED";
  const isStopped = ban === "DISABLE" || (item.event !== null && STOPPING.has(item.event));
  if (!isReinstated && !isStopped) return nothingToStore(item, item.event);
  return call("apply_channel_update", {
    ...whose,
    stop_reason: isStopped ? `Meta: ${item.event} ${ban ?? ""}`.trim() : null,
    is_reinstated: isReinstated,
  });
}

function flowCall(item: FlowUpdateItem, whose: Whose): FactCall {
  if (item.flowId === null || item.status === null) return nothingToStore(item, item.event);
  const { tenant_id, heard_at } = whose;
  return call("apply_flow_update", {
    tenant_id,
    heard_at,
    flow_id: item.flowId,
    status: item.status.toLowerCase(),
  });
}

function nothingToStore(item: WebhookItem, event: string | null): FactCall {
  const about = [item.field, event].filter((word) => word !== null).join(" ");
  return skip(`${about || item.kind}: no column keeps what it says`);
}
