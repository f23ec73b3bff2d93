import type { JsonObject } from "../../../base/json/json.ts";
import { objectOf, wordOf } from "../../../base/json/values.ts";
import { messagingLimitOf } from "./read_messaging_limit.ts";
import { occurredAt, type Scope } from "./read_scope.ts";
import type {
  AccountUpdateItem,
  FlowUpdateItem,
  PhoneNumberUpdateItem,
  WebhookItem,
} from "./webhook_item.ts";

type ValueReader = (value: JsonObject, scope: Scope) => WebhookItem;

/** The fields whose value is one event, not lists of them. */
export const ACCOUNT_FIELDS: ReadonlyMap<string, ValueReader> = new Map<string, ValueReader>([
  ["account_update", (value, scope) => account("account", value.event, value, scope)],
  ["account_review_update", (value, scope) => account("review", value.decision, value, scope)],
  [
    "account_alerts",
    (value, scope) =>
      account("alert", objectOf(value.alert_info)?.alert_type ?? value.alert_type, value, scope),
  ],
  ["business_capability_update", (value, scope) => account("capability", undefined, value, scope)],
  ["phone_number_quality_update", (value, scope) => phoneNumber("quality", value.event, value, scope)],
  ["phone_number_name_update", (value, scope) => phoneNumber("name", value.decision, value, scope)],
  ["business_username_updates", (value, scope) => phoneNumber("username", value.status, value, scope)],
  ["security", (value, scope) => phoneNumber("security", value.event, value, scope)],
  ["account_settings_update", (value, scope) => phoneNumber("settings", value.type, value, scope)],
  ["flows", flow],
]);

function account(
  aspect: AccountUpdateItem["aspect"],
  event: JsonObject[string] | undefined,
  value: JsonObject,
  scope: Scope,
): AccountUpdateItem {
  const waba = objectOf(value.waba_info);
  const wabaId = wordOf(waba?.waba_id);
  // Where the value names the account, the entry's id is the partner's business portfolio.
  const partnerId =
    wabaId === null || wabaId === scope.source.businessAccountId ? null : scope.source.businessAccountId;
  return {
    kind: "account_update",
    ...scope.source,
    businessAccountId: wabaId ?? scope.source.businessAccountId,
    aspect,
    event: wordOf(event),
    businessId: wordOf(waba?.owner_business_id) ?? partnerId,
    messagingLimit: aspect === "capability" ? messagingLimitOf(value) : null,
    occurredAt: occurredAt(value, scope),
    details: value,
  };
}

function phoneNumber(
  aspect: PhoneNumberUpdateItem["aspect"],
  event: JsonObject[string] | undefined,
  value: JsonObject,
  scope: Scope,
): PhoneNumberUpdateItem {
  return {
    kind: "phone_number_update",
    ...scope.source,
    phoneNumberId:
      scope.source.phoneNumberId ?? wordOf(objectOf(value.phone_number_settings)?.phone_number_id),
    aspect,
    event: wordOf(event),
    messagingLimit: aspect === "quality" ? messagingLimitOf(value) : null,
    name: wordOf(value.requested_verified_name ?? value.username),
    occurredAt: occurredAt(value, scope),
    details: value,
  };
}

function flow(value: JsonObject, scope: Scope): FlowUpdateItem {
  return {
    kind: "flow_update",
    ...scope.source,
    event: wordOf(value.event),
    flowId: wordOf(value.flow_id),
    status: wordOf(value.new_status),
    alertState: wordOf(value.alert_state),
    occurredAt: occurredAt(value, scope),
    details: value,
  };
}
