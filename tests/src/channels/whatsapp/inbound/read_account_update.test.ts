import assert from "node:assert/strict";
import { test } from "node:test";
import { BUSINESS_NUMBER, body, onlyItem, SAID_AT, SAID_AT_MS } from "../../../inbound/bodies.ts";
import { testFields } from "./fields.ts";

testFields([
  {
    field: "phone_number_quality_update",
    value: { display_phone_number: BUSINESS_NUMBER, event: "UPGRADE", current_limit: "TIER_10K" },
    expect: [
      {
        kind: "phone_number_update",
        aspect: "quality",
        event: "UPGRADE",
        messagingLimit: "TIER_10K",
        displayPhoneNumber: BUSINESS_NUMBER,
      },
    ],
  },
  {
    field: "phone_number_name_update",
    value: {
      display_phone_number: BUSINESS_NUMBER,
      decision: "APPROVED",
      requested_verified_name: "Prado Cakes",
    },
    expect: [{ kind: "phone_number_update", aspect: "name", event: "APPROVED", name: "Prado Cakes" }],
  },
  {
    field: "business_username_updates",
    value: { display_phone_number: BUSINESS_NUMBER, username: "prado.cakes", status: "reserved" },
    expect: [{ kind: "phone_number_update", aspect: "username", event: "reserved", name: "prado.cakes" }],
  },
  {
    field: "security",
    value: { display_phone_number: BUSINESS_NUMBER, event: "PIN_CHANGED" },
    expect: [{ kind: "phone_number_update", aspect: "security", event: "PIN_CHANGED" }],
  },
  {
    field: "account_settings_update",
    value: {
      type: "phone_number_settings",
      phone_number_settings: { phone_number_id: "77" },
      timestamp: SAID_AT,
    },
    expect: [
      { kind: "phone_number_update", aspect: "settings", phoneNumberId: "77", occurredAt: SAID_AT_MS },
    ],
  },
  {
    field: "account_update",
    value: { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "DISABLE" } },
    expect: [{ kind: "account_update", aspect: "account", event: "DISABLED_UPDATE", businessId: null }],
  },
  {
    field: "account_update",
    says: "of a partner: the entry's id is a portfolio's",
    value: { event: "PARTNER_ADDED", waba_info: { waba_id: "991", owner_business_id: "992" } },
    expect: [{ kind: "account_update", event: "PARTNER_ADDED", businessAccountId: "991", businessId: "992" }],
  },
  {
    field: "account_review_update",
    value: { decision: "APPROVED" },
    expect: [{ kind: "account_update", aspect: "review", event: "APPROVED" }],
  },
  {
    field: "account_alerts",
    value: { entity_type: "WABA", alert_info: { alert_type: "OBA_APPROVED" } },
    expect: [{ kind: "account_update", aspect: "alert", event: "OBA_APPROVED" }],
  },
  {
    field: "business_capability_update",
    value: { max_daily_conversations_per_business: -1 },
    expect: [{ kind: "account_update", aspect: "capability", event: null, messagingLimit: "TIER_UNLIMITED" }],
  },
  {
    field: "flows",
    value: { event: "FLOW_STATUS_CHANGE", flow_id: 8812, old_status: "DRAFT", new_status: "PUBLISHED" },
    expect: [{ kind: "flow_update", event: "FLOW_STATUS_CHANGE", flowId: "8812", status: "PUBLISHED" }],
  },
  {
    field: "flows",
    says: "with figures that are called errors",
    value: {
      event: "ENDPOINT_ERROR_RATE",
      flow_id: "8812",
      alert_state: "ACTIVATED",
      errors: [{ error_rate: 14 }],
    },
    expect: [{ kind: "flow_update", event: "ENDPOINT_ERROR_RATE", alertState: "ACTIVATED" }],
  },
]);

test("an event without a time of its own has its entry's", () => {
  const item = onlyItem(
    "account_update",
    body("account_update", { event: "ACCOUNT_DELETED" }, { time: SAID_AT }),
  );
  assert.equal(item.occurredAt, SAID_AT_MS);
});

const LIMITS: [value: object, limit: string | null][] = [
  [{ max_daily_conversations_per_business: "TIER_2K", max_phone_numbers_per_waba: 25 }, "TIER_2K"],
  [{ max_daily_conversations_per_business: "tier_100k" }, "TIER_100K"],
  [{ max_daily_conversations_per_business: 250 }, "TIER_250"],
  [{ max_daily_conversations_per_business: "2000" }, "TIER_2K"],
  [{ max_daily_conversation_per_phone: 10000 }, "TIER_10K"],
  [{ max_daily_conversations_per_business: -1 }, "TIER_UNLIMITED"],
  [{ max_daily_conversations_per_business: "TIER_NOT_SET" }, null],
  [{ max_daily_conversations_per_business: null }, null],
  [{ max_daily_conversations_per_business: "lots" }, null],
  [{ max_phone_numbers_per_business: 25 }, null],
];

test("a messaging limit is one tier, however it is written", () => {
  for (const [value, limit] of LIMITS)
    assert.equal(
      onlyItem("account_update", body("business_capability_update", value)).messagingLimit,
      limit,
      JSON.stringify(value),
    );
});
