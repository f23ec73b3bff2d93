import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageFact } from "../../../../../src/channels/facts/message_fact.ts";
import { messages, metadata, onlyFact, SAID_AT_MS } from "./bodies.ts";

/** One row for each message type of docs/reference/cloud-api.md. */
const TYPES: { says: string; message: object; expect: Partial<MessageFact> }[] = [
  {
    says: "text",
    message: { type: "text", text: { body: "Do you deliver to Olinda?" } },
    expect: {
      type: "text",
      content: { body: "Do you deliver to Olinda?" },
    },
  },
  {
    says: "text without a type",
    message: { text: { body: "hi" } },
    expect: { type: "text", content: { body: "hi" } },
  },
  {
    says: "image",
    message: {
      type: "image",
      image: { id: "71", mime_type: "image/jpeg", sha256: "q2k=", caption: "The dent" },
    },
    expect: {
      type: "image",
      content: { id: "71", mime_type: "image/jpeg", sha256: "q2k=", caption: "The dent" },
    },
  },
  {
    says: "video",
    message: { type: "video", video: { id: "72", mime_type: "video/mp4" } },
    expect: { type: "video", content: { id: "72", mime_type: "video/mp4" } },
  },
  {
    says: "voice note",
    message: { type: "audio", audio: { id: "73", mime_type: "audio/ogg; codecs=opus", voice: true } },
    expect: { type: "audio", content: { id: "73", mime_type: "audio/ogg; codecs=opus", voice: true } },
  },
  {
    says: "voice note of old",
    message: { type: "voice", voice: { id: "73" } },
    expect: { type: "audio", content: { id: "73", voice: true } },
  },
  {
    says: "document",
    message: { type: "document", document: { id: "74", filename: "invoice.pdf" } },
    expect: { type: "document" },
  },
  {
    says: "sticker",
    message: { type: "sticker", sticker: { id: "75", animated: false } },
    expect: { type: "sticker", content: { id: "75", animated: false } },
  },
  {
    says: "location",
    message: { type: "location", location: { latitude: "-8.05", longitude: -34.9 } },
    expect: { type: "location", content: { latitude: "-8.05", longitude: -34.9 } },
  },
  {
    says: "contacts",
    message: {
      type: "contacts",
      contacts: [{ name: { formatted_name: "Ana Lins" } }],
      origin: "contact_request",
    },
    expect: {
      type: "contacts",
      content: { contacts: [{ name: { formatted_name: "Ana Lins" } }] },
      metadata: { origin: "contact_request" },
    },
  },
  {
    says: "tap on a button",
    message: {
      type: "interactive",
      interactive: { type: "button_reply", button_reply: { id: "y", title: "Yes" } },
    },
    expect: { type: "interactive" },
  },
  {
    says: "choice from a list",
    message: {
      type: "interactive",
      interactive: { type: "list_reply", list_reply: { id: "3", title: "Large", description: "1 kg" } },
    },
    expect: { type: "interactive" },
  },
  {
    says: "submitted flow",
    message: {
      type: "interactive",
      interactive: {
        type: "nfm_reply",
        nfm_reply: { name: "flow", body: "Sent", response_json: "{not json" },
      },
    },
    expect: { type: "interactive" },
  },
  {
    says: "tap on a template's button",
    message: { type: "button", button: { payload: "STOP", text: "Stop" }, context: { id: "wamid.T" } },
    expect: { type: "button", metadata: { context: { id: "wamid.T" } } },
  },
  {
    says: "order",
    message: {
      type: "order",
      order: { catalog_id: "9", text: "gift wrap", product_items: [{ quantity: "2" }] },
    },
    expect: { type: "order" },
  },
  {
    says: "reaction",
    message: { type: "reaction", reaction: { message_id: "wamid.T", emoji: "🙏" } },
    expect: { type: "reaction" },
  },
  {
    says: "removed reaction",
    message: { type: "reaction", reaction: { message_id: "wamid.T" } },
    expect: { type: "reaction" },
  },
  {
    says: "changed security code",
    message: {
      type: "system",
      system: { type: "customer_identity_changed", body: "Rosa's code changed" },
      identity: { hash: "x" },
    },
    expect: {
      type: "system",
      metadata: { identity: { hash: "x" } },
    },
  },
  {
    says: "opened chat",
    message: { type: "request_welcome" },
    expect: { type: "request_welcome" },
  },
  {
    says: "unsupported",
    message: { type: "unsupported", unsupported: { type: "poll" }, errors: [{ code: 131051 }] },
    expect: {
      type: "unsupported",
      content: { type: "poll" },
      metadata: { errors: [{ code: 131051 }] },
    },
  },
  {
    says: "edit",
    message: {
      type: "edit",
      edit: { original_message_id: "wamid.O", message: { type: "text", text: { body: "9h" } } },
    },
    expect: { type: "edit" },
  },
  {
    says: "revoke",
    message: { type: "revoke", revoke: { original_message_id: "wamid.O" } },
    expect: { type: "revoke" },
  },
  {
    says: "reply from an ad",
    message: { type: "text", text: { body: "Price?" }, referral: { source_type: "ad", ctwa_clid: "c" } },
    expect: {
      metadata: { referral: { source_type: "ad", ctwa_clid: "c" } },
    },
  },
  {
    says: "forwarded",
    message: { type: "text", text: { body: "fw" }, context: { forwarded: true } },
    expect: { metadata: { context: { forwarded: true } } },
  },
  {
    says: "in a group",
    message: { type: "text", text: { body: "hello all" }, group_id: "Z3JvdXA" },
    expect: { origin: "group", metadata: { group_id: "Z3JvdXA" } },
  },
];

for (const { says, message, expect } of TYPES) {
  test(`a message: ${says}`, () => {
    const item = onlyFact("message", messages(message));
    for (const [key, value] of Object.entries(expect)) {
      assert.deepEqual(item[key as keyof MessageFact], value, key);
    }
    assert.equal(item.providerMessageId, "wamid.TEST0");
    assert.equal(item.occurredAt, SAID_AT_MS);
    assert.equal(item.direction, "inbound");
    assert.equal(item.providerChannelId, metadata.phone_number_id);
    assert.equal(item.providerAccountId, "330118877665544");
    assert.equal(item.contact.phone, "+5511998765432");
    assert.equal(item.profileName, "Rosa Prado");
  });
}

test("a type we do not know, or one without its body, keeps the whole message", () => {
  const cases = [
    { type: "hologram", hologram: { id: "1" } },
    { type: "interactive", context: { id: "wamid.Q" } },
    { type: "text", text: "no object" },
    { type: "text", text: { body: 5 } },
    { type: "unknown", errors: [{ code: 131051 }] },
    { type: "constructor" },
    { type: 7 },
    {},
  ];
  for (const part of cases) {
    const item = onlyFact("message", messages(part));
    assert.equal(item.type, "unknown", JSON.stringify(part));
    assert.equal(item.content.id, "wamid.TEST0");
    assert.deepEqual(item.metadata.context, "context" in part ? part.context : undefined);
  }
});
