import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutboundMessage } from "../../../../../src/channels/outbound.ts";
import { requestBody } from "../../../../../src/channels/whatsapp/outbound/request_body.ts";

const message: OutboundMessage = {
  id: "0193f6a2-7c1d-7e45-9b0a-3f2d5c6e7a81",
  type: "text",
  content: { body: "Good morning", preview_url: false },
  to: { phone: "+5511998765432", bsuid: null },
  replyToProviderMessageId: null,
  attempts: 1,
};

test("a row's content goes under its type, in the frame Meta wants", () => {
  assert.deepEqual(requestBody(message), {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    to: "+5511998765432",
    type: "text",
    text: { body: "Good morning", preview_url: false },
    biz_opaque_callback_data: message.id,
  });
});

test("a number without + gets one, or Meta would take it for a local number", () => {
  assert.equal(requestBody({ ...message, to: { phone: "5511998765432", bsuid: null } }).to, "+5511998765432");
});

test("a BSUID is sent in `recipient`, and only if there is no phone number", () => {
  const bsuid = "BR.84211963300175429918";
  const byId = requestBody({ ...message, to: { phone: null, bsuid } });
  assert.deepEqual([byId.to, byId.recipient], [undefined, bsuid]);
  const byPhone = requestBody({ ...message, to: { phone: "+5511998765432", bsuid } });
  assert.deepEqual([byPhone.to, byPhone.recipient], ["+5511998765432", undefined]);
});

test("a reply names what it answers; a reaction already does", () => {
  const reply = { ...message, replyToProviderMessageId: "wamid.Q" };
  assert.deepEqual(requestBody(reply).context, { message_id: "wamid.Q" });
  const reaction = { ...reply, type: "reaction", content: { message_id: "wamid.Q", emoji: "👍" } };
  assert.equal("context" in requestBody(reaction), false);
});

test("contacts are a list on the wire", () => {
  const contacts = [{ name: { formatted_name: "Ana Lins", first_name: "Ana" } }];
  assert.deepEqual(requestBody({ ...message, type: "contacts", content: { contacts } }).contacts, contacts);
});

test("every other type is passed on untouched", () => {
  for (const type of [
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "interactive",
    "template",
  ]) {
    const content = { anything: [1, { of: type }] };
    const body = requestBody({ ...message, type, content });
    assert.equal(body.type, type);
    assert.deepEqual(body[type], content);
  }
});
