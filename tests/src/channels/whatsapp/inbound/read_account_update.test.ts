import assert from "node:assert/strict";
import { test } from "node:test";
import { BUSINESS_NUMBER, body, factsOf, onlyFact, SAID_AT, SAID_AT_MS } from "./bodies.ts";
import { testFields } from "./fields.ts";

const UNKEPT = { kind: "other" };
const aboutChannel = { kind: "record", apply: "apply_whatsapp_channel_update" };

testFields([
  {
    field: "phone_number_quality_update",
    value: { display_phone_number: BUSINESS_NUMBER, event: "UPGRADE", current_limit: "TIER_10K" },
    expect: [
      {
        ...aboutChannel,
        name: "phone_number_update",
        change: {
          display_phone_number: BUSINESS_NUMBER,
          quality_rating: null,
          messaging_limit: "TIER_10K",
        },
      },
    ],
  },
  {
    field: "phone_number_quality_update",
    says: "a flag is the lowest rating",
    value: { display_phone_number: BUSINESS_NUMBER, event: "FLAGGED" },
    expect: [
      {
        ...aboutChannel,
        change: { display_phone_number: BUSINESS_NUMBER, quality_rating: "RED", messaging_limit: null },
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
    expect: [
      {
        ...aboutChannel,
        name: "phone_number_update",
        change: { display_phone_number: BUSINESS_NUMBER, verified_name: "Prado Cakes" },
      },
    ],
  },
  {
    field: "business_username_updates",
    value: { display_phone_number: BUSINESS_NUMBER, username: "prado.cakes", status: "reserved" },
    expect: [
      {
        ...UNKEPT,
        name: "phone_number_update",
        reason: "business_username_updates reserved: no column keeps what it says",
      },
    ],
  },
  {
    field: "security",
    value: { display_phone_number: BUSINESS_NUMBER, event: "PIN_CHANGED" },
    expect: [
      {
        ...UNKEPT,
        name: "phone_number_update",
        reason: "security PIN_CHANGED: no column keeps what it says",
      },
    ],
  },
  {
    field: "account_settings_update",
    value: {
      type: "phone_number_settings",
      phone_number_settings: { phone_number_id: "77" },
      timestamp: SAID_AT,
    },
    expect: [{ ...UNKEPT, name: "phone_number_update", providerChannelId: "77" }],
  },
  {
    field: "account_update",
    value: { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "DISABLE" } },
    expect: [
      {
        ...aboutChannel,
        name: "account_update",
        change: { stop_reason: "Meta: DISABLED_UPDATE DISABLE", is_reinstated: false },
      },
    ],
  },
  {
    field: "account_update",
    says: "of a partner: the entry's id is a portfolio's",
    value: { event: "ACCOUNT_RECONNECTED", waba_info: { waba_id: "991", owner_business_id: "992" } },
    expect: [
      {
        ...aboutChannel,
        providerAccountId: "991",
        change: { stop_reason: null, is_reinstated: true },
      },
    ],
  },
  {
    field: "account_update",
    says: "of a partner, and nothing to apply: still about the account that it names",
    value: { event: "PARTNER_ADDED", waba_info: { waba_id: "991", owner_business_id: "992" } },
    expect: [
      {
        ...UNKEPT,
        name: "account_update",
        providerAccountId: "991",
        reason: "account_update PARTNER_ADDED: no column keeps what it says",
      },
    ],
  },
  {
    field: "account_review_update",
    value: { decision: "APPROVED" },
    expect: [{ ...UNKEPT, name: "account_update" }],
  },
  {
    field: "account_alerts",
    value: { entity_type: "WABA", alert_info: { alert_type: "OBA_APPROVED" } },
    expect: [
      {
        ...UNKEPT,
        name: "account_update",
        reason: "account_alerts OBA_APPROVED: no column keeps what it says",
      },
    ],
  },
  {
    field: "business_capability_update",
    value: { max_daily_conversations_per_business: -1 },
    expect: [{ ...aboutChannel, name: "account_update", change: { messaging_limit: "TIER_UNLIMITED" } }],
  },
  {
    field: "flows",
    value: { event: "FLOW_STATUS_CHANGE", flow_id: 8812, old_status: "DRAFT", new_status: "PUBLISHED" },
    expect: [
      {
        kind: "record",
        name: "flow_update",
        apply: "apply_whatsapp_flow_update",
        change: { flow_id: "8812", status: "published" },
      },
    ],
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
    expect: [
      {
        ...UNKEPT,
        name: "flow_update",
        reason: "flows ENDPOINT_ERROR_RATE: no column keeps what it says",
      },
    ],
  },
]);

test("an event without a time of its own has its entry's", () => {
  const deleted = body("account_update", { event: "ACCOUNT_DELETED" }, { time: SAID_AT });
  assert.equal(onlyFact("record", deleted).occurredAt, SAID_AT_MS);
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
  for (const [value, limit] of LIMITS) {
    const [fact] = factsOf(body("business_capability_update", value));
    const found = fact?.kind === "record" ? fact.change.messaging_limit : null;
    assert.equal(found, limit, JSON.stringify(value));
  }
});
