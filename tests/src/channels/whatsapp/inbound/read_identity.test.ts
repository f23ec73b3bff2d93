import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContactIdentity } from "../../../../../src/channels/facts/contact_identity.ts";
import { phoneOf } from "../../../../../src/channels/whatsapp/inbound/read_identity.ts";
import {
  BSUID,
  BUSINESS_NUMBER,
  body,
  factsOf,
  messages,
  metadata,
  onlyFact,
  PARENT_BSUID,
} from "./bodies.ts";

const nobody: ContactIdentity = {
  phone: null,
  phoneAlias: null,
  bsuid: null,
  parentBsuid: null,
  external: null,
};

/** Who sent it, from what the message and its `contacts` say. */
const SENDERS: { says: string; message: object; contact?: object; expect: Partial<ContactIdentity> }[] = [
  {
    says: "a number in both places",
    message: { from: "447700900123" },
    contact: { wa_id: "447700900123" },
    expect: { phone: "+447700900123" },
  },
  {
    says: "a Brazilian whose wa_id lacks the ninth digit",
    message: { from: "5511998765432" },
    contact: { wa_id: "551198765432" },
    expect: { phone: "+551198765432", phoneAlias: "+5511998765432" },
  },
  {
    says: "ids beside the number",
    message: { from: "447700900123", from_user_id: BSUID, from_parent_user_id: PARENT_BSUID },
    expect: { phone: "+447700900123", bsuid: BSUID, parentBsuid: PARENT_BSUID },
  },
  {
    says: "a user with a username: no number anywhere",
    message: { from: undefined },
    contact: { user_id: BSUID, profile: { name: "R", username: "rosa" } },
    expect: { bsuid: BSUID },
  },
  {
    says: "empty strings",
    message: { from: "", from_user_id: BSUID },
    contact: { wa_id: "", user_id: "" },
    expect: { bsuid: BSUID },
  },
  {
    says: "the BSUID where the number belongs",
    message: { from: BSUID },
    contact: { wa_id: BSUID },
    expect: { bsuid: BSUID },
  },
  {
    says: "a number as a number",
    message: { from: 447700900123 },
    expect: { phone: "+447700900123" },
  },
  {
    says: "a number for people",
    message: { from: "+44 (7700) 900-123" },
    expect: { phone: "+447700900123" },
  },
  {
    says: "a placeholder",
    message: { from: "<FROM>" },
    contact: { wa_id: "<WA_ID>" },
    expect: { external: "<WA_ID>" },
  },
  {
    says: "an id in the drafted form",
    message: { from: undefined, from_user_id: "user.9f3c" },
    expect: { external: "user.9f3c" },
  },
  {
    says: "the business's own number is no second number of the customer",
    message: { from: BUSINESS_NUMBER },
    contact: { wa_id: "447700900123" },
    expect: { phone: "+447700900123" },
  },
  { says: "nobody", message: { from: null }, expect: {} },
  { says: "something too short for a number", message: { from: "12" }, expect: { external: "12" } },
];

for (const { says, message, contact, expect } of SENDERS) {
  test(`a sender: ${says}`, () => {
    const said = { id: "wamid.A", type: "text", text: { body: "x" }, ...message };
    const contacts = contact === undefined ? undefined : [contact];
    const item = onlyFact("message", body("messages", { metadata, contacts, messages: [said] }));
    assert.deepEqual(item.contact, { ...nobody, ...expect });
  });
}

test("an id that fits nowhere stays in the metadata", () => {
  const item = onlyFact("message", messages({ from: "<FROM>", text: { body: "x" } }));
  assert.deepEqual(item.metadata, { from: "<FROM>" });
});

test("one contact covers several messages, and each message finds its own among several", () => {
  const value = {
    metadata,
    contacts: [
      { wa_id: "447700900123", profile: { name: "Ann", username: "ann.b" } },
      { wa_id: "447700900124", user_id: BSUID, profile: { name: "Bob" } },
    ],
    messages: [
      { from: "447700900124", id: "1", text: { body: "" } },
      { from: "447700900123", id: "2", text: { body: "" } },
      { from_user_id: BSUID, id: "3", text: { body: "" } },
      { from: "447700900125", id: "4", text: { body: "" } },
    ],
  };
  const names = factsOf(body("messages", value)).map((item) =>
    item.kind === "message" ? [item.profileName, item.username, item.contact.phone] : [],
  );
  assert.deepEqual(names, [
    ["Bob", null, "+447700900124"],
    ["Ann", "ann.b", "+447700900123"],
    ["Bob", null, "+447700900124"],
    [null, null, "+447700900125"],
  ]);
});

test("a lone contact does not lend its name to several strangers", () => {
  const value = {
    metadata,
    contacts: [{ wa_id: "447700900123", profile: { name: "Ann" } }],
    messages: [
      { from: "447700900123", id: "1", text: { body: "" } },
      { from: "447700900199", id: "2", text: { body: "" } },
    ],
  };
  const [, stranger] = factsOf(body("messages", value));
  assert.ok(stranger?.kind === "message");
  assert.deepEqual([stranger.contact.phone, stranger.profileName], ["+447700900199", null]);
});

test("numbers are in E.164 format or null", () => {
  const cases: [string, string | null][] = [
    ["+1 (555) 010-0200", "+15550100200"],
    ["15550100200", "+15550100200"],
    ["0155501002", null],
    ["123456", null],
    ["1234567890123456", null],
    ["++15550100200", null],
    ["US.15550100200", null],
    ["", null],
  ];
  for (const [written, phone] of cases) assert.equal(phoneOf(written), phone, written);
});
