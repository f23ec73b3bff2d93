import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BSUID,
  BUSINESS_NUMBER,
  body,
  contacts,
  factsOf,
  messages,
  metadata,
  onlyFact,
  PARENT_BSUID,
  SAID_AT_MS,
} from "./bodies.ts";

test("a message without a usable id is kept aside, with its neighbours read", () => {
  const kinds = factsOf(
    messages({ id: "" }, { type: "text", text: { body: "b" } }, { id: null }, { id: "x".repeat(600) }),
  );
  assert.deepEqual(
    kinds.map((item) => (item.kind === "other" ? item.reason : item.kind)),
    ["message", "a message without a usable id"],
  );
});

test("timestamps come as strings, integers or milliseconds, and are null when they are none of these", () => {
  const cases: [unknown, number | null][] = [
    ["1763690400", SAID_AT_MS],
    [1763690400, SAID_AT_MS],
    [1763690400000, SAID_AT_MS],
    ["TIMESTAMP", null],
    ["", null],
    ["1", null],
    [-5, null],
    ["99999999999999999", null],
    [null, null],
  ];
  for (const [timestamp, expected] of cases) {
    assert.equal(
      onlyFact("message", messages({ timestamp, text: { body: "t" } })).occurredAt,
      expected,
      String(timestamp),
    );
  }
});

test("an echo is the business's own word to its customer", () => {
  const echo = {
    from: BUSINESS_NUMBER,
    to: "5581987654321",
    to_user_id: BSUID,
    to_parent_user_id: PARENT_BSUID,
    id: "wamid.ECHO",
    timestamp: "1763690400",
    type: "text",
    text: { body: "On my way" },
  };
  const item = onlyFact("message", body("smb_message_echoes", { metadata, message_echoes: [echo] }));
  assert.equal(item.direction, "outbound");
  assert.equal(item.origin, "echo");
  assert.deepEqual(item.contact, {
    phone: "+5581987654321",
    phoneAlias: null,
    bsuid: BSUID,
    parentBsuid: PARENT_BSUID,
    external: null,
  });
  assert.deepEqual(item.metadata, {});
});

test("an echo with its ends the wrong way round still belongs to the customer", () => {
  const echo = { from: "5581987654321", to: BUSINESS_NUMBER, id: "wamid.E", type: "revoke", revoke: {} };
  const item = onlyFact("message", body("smb_message_echoes", { metadata, message_echoes: [echo] }));
  assert.equal(item.contact.phone, "+5581987654321");
  assert.equal(item.type, "revoke");
});

test("on standby messages are kept as such, and statuses are another app's", () => {
  const items = factsOf(
    body("standby", {
      metadata,
      standby: {
        contacts,
        messages: [
          { from: "5511998765432", id: "wamid.S", type: "text", text: { body: "psst" }, referral: {} },
        ],
        statuses: [{ id: "wamid.O", status: "read" }],
      },
    }),
  );
  assert.deepEqual(
    items.map((item) => item.kind),
    ["message", "other"],
  );
  const [message] = items;
  assert.ok(message?.kind === "message");
  assert.equal(message.origin, "standby");
  assert.equal(message.providerChannelId, metadata.phone_number_id);
  assert.equal(message.profileName, "Rosa Prado");
});
