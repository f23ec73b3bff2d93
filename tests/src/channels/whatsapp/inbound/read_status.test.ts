import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusFact } from "../../../../../src/channels/facts/status_fact.ts";
import { BSUID, body, metadata, onlyFact, SAID_AT_MS, statuses } from "./bodies.ts";

const OUR_ID = "0193f6a2-7c1d-7e45-9b0a-3f2d5c6e7a81";

const STATUSES: { says: string; status: object; expect: Partial<StatusFact> }[] = [
  ...(["sent", "delivered", "read", "played", "failed"] as const).map((status) => ({
    says: status,
    status: { status },
    expect: { status },
  })),
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
    expect: { messageId: null },
  },
  {
    says: "an error, its code as a text",
    status: { status: "failed", errors: [{ code: 131047, title: "T", error_data: { details: "Too late" } }] },
    expect: { error: { code: "131047", title: "T", error_data: { details: "Too late" } } },
  },
  {
    says: "an error in its legacy shape",
    status: { status: "failed", errors: [{ code: "131014", title: "Request failed" }, { code: 1 }] },
    expect: { error: { code: "131014", title: "Request failed" } },
  },
  {
    says: "pricing",
    status: { pricing: { category: "utility", type: "regular" }, conversation: { id: "c" } },
    expect: { pricing: { category: "utility", type: "regular" } },
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
    const item = onlyFact("status", statuses(status));
    for (const [key, value] of Object.entries(expect)) {
      assert.deepEqual(item[key as keyof StatusFact], value, key);
    }
    assert.equal(item.occurredAt, SAID_AT_MS);
  });
}

const UNKNOWN: { status: object; reason: string }[] = [
  { status: { status: "warning" }, reason: "warning" },
  { status: { status: null }, reason: "no status" },
  // It is not the message that failed.
  { status: { type: "payment", status: "failed", payment: {} }, reason: "payment: failed" },
];

test("a status that we do not know is kept aside, with the provider's word", () => {
  for (const { status, reason } of UNKNOWN) {
    const fact = onlyFact("other", statuses(status));
    assert.deepEqual([fact.name, fact.reason], ["status", reason]);
  }
});

test("a status without a message id is not applied", () => {
  assert.equal(onlyFact("other", statuses({ id: "" })).reason, "a status without a usable id");
});

test("names that come with a status are kept", () => {
  const status = { id: "wamid.S", status: "read", recipient_id: "447700900123" };
  const contacts = [{ wa_id: "447700900123", user_id: BSUID, profile: { name: "Ann", username: "ann" } }];
  const item = onlyFact("status", body("messages", { metadata, contacts, statuses: [status] }));
  assert.deepEqual([item.recipient.bsuid, item.profileName, item.username], [BSUID, "Ann", "ann"]);
});

test("a call's status is a call, whichever field it comes in", () => {
  for (const [field, status] of [
    ["calls", { id: "wacid.A", status: "RINGING" }],
    ["messages", { id: "wacid.A", status: "RINGING" }],
    ["messages", { id: "A", type: "call", status: "RINGING" }],
  ] as const) {
    const fact = onlyFact("other", body(field, { metadata, statuses: [status] }));
    assert.deepEqual([fact.name, fact.reason], ["call", "call RINGING: kept, nothing to do"]);
  }
});
