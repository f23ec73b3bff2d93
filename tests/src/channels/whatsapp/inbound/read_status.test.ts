import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusItem } from "../../../../../src/channels/whatsapp/inbound/webhook_item.ts";
import { BSUID, body, metadata, onlyItem, SAID_AT_MS, statuses } from "../../../inbound/bodies.ts";

const OUR_ID = "0193f6a2-7c1d-7e45-9b0a-3f2d5c6e7a81";

const STATUSES: { says: string; status: object; expect: Partial<StatusItem> }[] = [
  ...(["sent", "delivered", "read", "played", "failed"] as const).map((status) => ({
    says: status,
    status: { status },
    expect: { status, reason: null },
  })),
  {
    says: "one we do not know",
    status: { status: "warning" },
    expect: { status: "other", reason: "warning" },
  },
  { says: "none", status: { status: null }, expect: { status: "other", reason: "no status" } },
  {
    says: "a payment's: not the message's",
    status: { type: "payment", status: "failed", payment: { reference_id: "r1" } },
    expect: {
      status: "other",
      reason: "payment: failed",
      metadata: { type: "payment", payment: { reference_id: "r1" } },
    },
  },
  {
    says: "our id comes back",
    status: { biz_opaque_callback_data: OUR_ID.toUpperCase() },
    expect: { messageId: OUR_ID },
  },
  {
    says: "our id alone",
    status: { id: null, biz_opaque_callback_data: OUR_ID },
    expect: { messageId: OUR_ID, providerMessageId: null },
  },
  {
    says: "another app's tracker",
    status: { biz_opaque_callback_data: "campaign-7" },
    expect: { messageId: null, metadata: { biz_opaque_callback_data: "campaign-7" } },
  },
  {
    says: "an error in its present shape",
    status: { status: "failed", errors: [{ code: 131047, title: "T", error_data: { details: "Too late" } }] },
    expect: {
      errorCode: 131047,
      errorMessage: "Too late",
      errors: [{ code: 131047, title: "T", error_data: { details: "Too late" } }],
    },
  },
  {
    says: "an error in its legacy shape",
    status: { status: "failed", errors: [{ code: "131014", title: "Request failed" }] },
    expect: { errorCode: 131014, errorMessage: "Request failed" },
  },
  {
    says: "pricing and conversation",
    status: {
      pricing: { category: "utility", type: "regular" },
      conversation: { id: "c", origin: { type: "utility" } },
    },
    expect: {
      pricing: { category: "utility", type: "regular" },
      conversation: { id: "c", origin: { type: "utility" } },
    },
  },
  {
    says: "no number, but a BSUID",
    status: { recipient_id: undefined, recipient_user_id: BSUID },
    expect: { recipient: { phone: null, phoneAlias: null, bsuid: BSUID, parentBsuid: null, external: null } },
  },
  {
    says: "one participant's of a group",
    status: { recipient_id: "Z3JvdXA", recipient_type: "group", participant_recipient_id: "447700900123" },
    expect: {
      groupId: "Z3JvdXA",
      recipient: {
        phone: "+447700900123",
        phoneAlias: null,
        bsuid: null,
        parentBsuid: null,
        external: null,
      },
    },
  },
];

for (const { says, status, expect } of STATUSES) {
  test(`a status: ${says}`, () => {
    const item = onlyItem("status", statuses(status));
    for (const [key, value] of Object.entries(expect)) {
      assert.deepEqual(item[key as keyof StatusItem], value, key);
    }
    assert.equal(item.occurredAt, SAID_AT_MS);
  });
}

test("a status that names no message is kept aside", () => {
  assert.equal(onlyItem("other", statuses({ id: "" })).reason, "a status without a usable id");
});

test("names that come with a status are kept", () => {
  const status = { id: "wamid.S", status: "read", recipient_id: "447700900123" };
  const contacts = [{ wa_id: "447700900123", user_id: BSUID, profile: { name: "Ann", username: "ann" } }];
  const item = onlyItem("status", body("messages", { metadata, contacts, statuses: [status] }));
  assert.deepEqual([item.recipient.bsuid, item.profileName, item.username], [BSUID, "Ann", "ann"]);
});

test("a call's status is a call, whichever field it comes in", () => {
  for (const [field, status] of [
    ["calls", { id: "wacid.A", status: "RINGING" }],
    ["messages", { id: "wacid.A", status: "RINGING" }],
    ["messages", { id: "A", type: "call", status: "RINGING" }],
  ] as const) {
    const item = onlyItem("call", body(field, { metadata, statuses: [status] }));
    assert.deepEqual([item.event, item.direction, item.opensWindow], ["RINGING", "outbound", false]);
  }
});
