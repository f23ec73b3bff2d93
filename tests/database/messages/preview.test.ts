import assert from "node:assert/strict";
import { hear } from "../../support/messages.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const PREVIEWS: [type: string, content: object, preview: string][] = [
  ["text", { body: "Hello" }, "Hello"],
  ["text", { body: "  \n" }, "[text]"],
  ["text", { body: "\u200b" }, "[text]"],
  ["text", { body: "\u3164 \u2800\ufeff" }, "[text]"],
  ["text", { body: "\u202e\u00a0\u115f\u2063" }, "[text]"],
  ["text", { body: "\u200e\u2764\ufe0f" }, "\u2764\ufe0f"],
  ["text", { body: "a\u200db" }, "a\u200db"],
  ["text", { body: "vodka and fuel luv" }, "vodka and fuel luv"],
  ["image", { id: "1", caption: "\u2800" }, "[image]"],
  ["interactive", { type: "button", body: { text: "\u200b" } }, "[button]"],
  ["text", { body: "a".repeat(4096) }, "a".repeat(1000)],
  ["text", { body: "👍".repeat(1001) }, "👍".repeat(1000)],
  ["image", { id: "1", caption: "A cat" }, "A cat"],
  ["image", { id: "1", caption: "" }, "[image]"],
  ["image", { id: "1" }, "[image]"],
  ["video", { id: "1" }, "[video]"],
  ["audio", { id: "1", voice: true }, "[voice]"],
  ["audio", { id: "1", voice: false }, "[audio]"],
  ["audio", { id: "1" }, "[audio]"],
  ["sticker", { id: "1" }, "[sticker]"],
  ["document", { id: "1", filename: "a.pdf" }, "a.pdf"],
  ["document", { id: "1", caption: "", filename: "a.pdf" }, "a.pdf"],
  ["document", { id: "1" }, "[document]"],
  ["location", { latitude: 1.5, longitude: 2, address: "Here 1" }, "Here 1"],
  ["location", { latitude: 1.5, longitude: "-2", name: "" }, "[location: 1.5, -2]"],
  ["location", {}, "[location]"],
  [
    "contacts",
    { contacts: [{ name: { formatted_name: "Ann" } }, { name: { formatted_name: "Bob" } }] },
    "Ann, Bob",
  ],
  ["contacts", { contacts: [{ phones: [] }] }, "[contacts]"],
  ["contacts", { contacts: [] }, "[contacts]"],
  ["template", { name: "hello", language: { code: "en" } }, "hello"],
  ["template", {}, "[template]"],
  ["button", { text: "Stop", payload: "STOP" }, "Stop"],
  ["button", { text: "", payload: "STOP" }, "STOP"],
  ["order", { catalog_id: "9", product_items: [{ quantity: 2 }] }, "[order: 2 items]"],
  [
    "order",
    { text: "gift wrap", product_items: [{ quantity: "2" }, { quantity: 1 }] },
    "[order: 3 items] gift wrap",
  ],
  ["order", { product_items: [{}] }, "[order: 1 item]"],
  ["order", { product_items: "none" }, "[order]"],
  ["interactive", { type: "button_reply", button_reply: { id: "y", title: "Yes" } }, "Yes"],
  ["interactive", { type: "list_reply", list_reply: { id: "3", title: "Large" } }, "Large"],
  ["interactive", { type: "nfm_reply", nfm_reply: { name: "flow", body: "Sent" } }, "Sent"],
  ["interactive", { type: "nfm_reply", nfm_reply: { name: "flow", response_json: "{}" } }, "[form]"],
  ["interactive", { type: "nfm_reply", nfm_reply: { body: "" } }, "[form]"],
  [
    "interactive",
    { type: "call_permission_reply", call_permission_reply: { response: "accept" } },
    "[call permission: accept]",
  ],
  ["interactive", { type: "payment_method", payment_method: {} }, "[payment method]"],
  ["interactive", { type: "button", body: { text: "Which?" } }, "Which?"],
  ["interactive", { type: "product", action: {} }, "[product]"],
  ["interactive", {}, "[interactive]"],
  ["reaction", { message_id: "wamid.1", emoji: "👍" }, "👍"],
  ["reaction", { message_id: "wamid.1", emoji: "" }, "[reaction removed]"],
  ["reaction", { message_id: "wamid.1" }, "[reaction removed]"],
  [
    "edit",
    { original_message_id: "wamid.1", message: { type: "text", text: { body: "9 o'clock" } } },
    "9 o'clock",
  ],
  [
    "edit",
    { original_message_id: "wamid.1", message: { type: "image", image: { caption: "My cat" } } },
    "My cat",
  ],
  ["edit", { original_message_id: "wamid.1" }, "[edited]"],
  ["revoke", { original_message_id: "wamid.1" }, "[deleted]"],
  ["system", { type: "customer_identity_changed", body: "A new code" }, "A new code"],
  ["system", {}, "[system]"],
  ["request_welcome", { id: "wamid.1", type: "request_welcome" }, "[chat opened]"],
  ["media_placeholder", {}, "[media]"],
  ["unsupported", { id: "wamid.1", type: "unsupported" }, "[unsupported]"],
  ["unsupported", { type: "poll" }, "[unsupported]"],
  ["unknown", { id: "wamid.1", type: "hologram" }, "[hologram]"],
  ["unknown", { id: "wamid.1" }, "[unknown]"],
];

story("every message has a preview in words, whatever it is", async (db) => {
  for (const [type, content, preview] of PREVIEWS) {
    const { rows } = await db.query("select app_hidden.message_preview($1, $2) as preview", [type, content]);
    assert.equal(rows[0].preview, preview, `${type} ${JSON.stringify(content).slice(0, 100)}`);
  }
});

story("no type and no odd content leaves a preview empty", async (db) => {
  const { rows } = await db.query(
    `select t.type, c.content from unnest(enum_range(null::app_public.message_type)) t (type)
     cross join (values ('{}'::jsonb), ('{"body": " ", "caption": "", "text": null, "contacts": {}, "name": []}')) c (content)
     where app_hidden.message_preview(t.type, c.content) !~ '\\S'`,
  );
  assert.deepEqual(rows, []);
});

story("inbound and outbound messages have it from the same rule", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  await hear(
    db,
    workspace,
    thread,
    { type: "image", content: { id: "1" } },
    { origin: "echo", type: "sticker", content: { id: "1" } },
    { origin: "group", content: { body: "said among friends" } },
  );
  await db.query(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'image', '{"id": "1"}')`,
    [thread.conversationId],
  );
  const { rows } = await db.query("select preview from app_public.messages order by created_at");
  assert.deepEqual(rows.map(({ preview }) => preview).toSorted(), [
    "[group] said among friends",
    "[image]",
    "[image]",
    "[sticker]",
  ]);
});
