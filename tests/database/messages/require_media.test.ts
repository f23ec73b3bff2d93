import assert from "node:assert/strict";
import type pg from "pg";
import { sendMedia, storedMedia } from "../../support/media.ts";
import { send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

/** Messages with a media_id: which are refused, and which content takes the file. */

const story = stories();

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  return { ...workspace, conversationId, agent };
}

story("an agent sends a file by insert or by sendMessage, with no more than its id", async (db) => {
  const { tenantId, conversationId, agent } = await aThread(db);
  const mediaId = await storedMedia(db, tenantId);
  await become(db, agent);
  const messageId = await sendMedia(db, conversationId, mediaId);
  const { rows } = await db.query(
    "select * from app_public.send_message($1, type => 'image', media_id => $2)",
    [conversationId, mediaId],
  );
  assert.equal(rows[0].media_id, mediaId);
  await becomeOwner(db);
  const outbox = await db.query("select message_id, media_id from app_private.outbox order by message_id");
  assert.deepEqual(outbox.rows, [
    { message_id: messageId, media_id: mediaId },
    { message_id: rows[0].id, media_id: mediaId },
  ]);
});

story(
  "the file is part of what an idempotency key stands for, and not mixed up with a quoted message",
  async (db) => {
    const { tenantId, conversationId, agent } = await aThread(db);
    const mediaId = await storedMedia(db, tenantId);
    await become(db, agent);
    const call = async (media: string | null, replyTo: string | null = null) => {
      const { rows } = await db.query(
        `select id from app_public.send_message($1, '{"caption": "Hi"}', 'image', $3, 'key', $2)`,
        [conversationId, media, replyTo],
      );
      return rows[0].id;
    };
    const first = await call(mediaId);
    assert.equal(await call(mediaId), first);
    assert.equal(await refusal(db, () => call(null)), "PYIDM");
    assert.equal(await refusal(db, () => call(null, mediaId)), "PYIDM");
  },
);

story("an unknown file and one of another tenant are refused alike: PYNFD", async (db) => {
  const { conversationId, agent } = await aThread(db);
  const theirs = await storedMedia(db, (await aWorkspace(db)).tenantId);
  await become(db, agent);
  const messages: string[] = [];
  for (const mediaId of [theirs, "019abcde-0000-7000-8000-000000000000"]) {
    await db.query("savepoint refusal");
    await sendMedia(db, conversationId, mediaId).catch((error: pg.DatabaseError) => {
      assert.equal(error.code, "PYNFD");
      messages.push(error.message);
    });
    await db.query("rollback to savepoint refusal");
  }
  assert.equal(messages.length, 2);
  assert.equal(messages[0], messages[1]);
});

story("a file that is not stored is refused: PYFIL, and PYGON once it is gone", async (db) => {
  const { tenantId, channelId, conversationId } = await aThread(db);
  for (const [state, code] of [
    ["pending", "PYFIL"],
    ["failed", "PYFIL"],
    ["gone", "PYGON"],
  ]) {
    const { rows } = await db.query(
      `insert into app_public.media (tenant_id, type, mime_type, state, channel_id, error_code)
       values ($1, 'image', 'image/png', $2::text::app_public.media_state, $3, case when $2::text <> 'pending' then 'PYGON' end) returning id`,
      [tenantId, state, channelId],
    );
    assert.equal(await refusal(db, () => sendMedia(db, conversationId, rows[0].id)), code, state);
  }
});

story("a customer's file can be sent on, once it is stored", async (db) => {
  const { tenantId, channelId, conversationId } = await aThread(db);
  const mediaId = await storedMedia(db, tenantId);
  await db.query("update app_public.media set channel_id = $2 where id = $1", [mediaId, channelId]);
  await sendMedia(db, conversationId, mediaId);
});

story(
  "the file must suit the type of the message, and that of the header that shows it: PYCNT",
  async (db) => {
    const { tenantId, conversationId } = await aThread(db);
    const video = await storedMedia(db, tenantId, { type: "video", mimeType: "video/mp4", size: 20_000_000 });
    const picture = await storedMedia(db, tenantId);
    const interactive = (type: string) => ({
      type: "interactive",
      content: {
        type: "button",
        header: { type },
        body: { text: "Which?" },
        action: { buttons: [{ type: "reply", reply: { id: "1", title: "One" } }] },
      },
    });
    assert.equal(await refusal(db, () => sendMedia(db, conversationId, video, { type: "video" })), "PYCNT");
    await sendMedia(db, conversationId, video, { type: "document" });
    assert.equal(
      await refusal(db, () => sendMedia(db, conversationId, picture, interactive("video"))),
      "PYCNT",
    );
    await sendMedia(db, conversationId, picture, interactive("image"));
  },
);

const header = (...parameters: object[]) => ({
  name: "hello",
  language: { code: "en" },
  components: [{ type: "HEADER", parameters }],
});
const buttons = { buttons: [{ type: "reply", reply: { id: "1", title: "One" } }] };

/** What is sent with the id 71, or null where the content has no place for a file. */
const CONTENTS: [type: string, content: object, sent: object | null][] = [
  ["image", {}, { id: "71" }],
  ["image", { caption: "Hi" }, { id: "71", caption: "Hi" }],
  ["image", { id: "5" }, null],
  ["image", { link: "https://example.com/a.png" }, null],
  ["text", { body: "Hi" }, null],
  ["location", { latitude: 1, longitude: 2 }, null],
  ["document", {}, { id: "71", filename: "a.pdf" }],
  ["document", { filename: "b.pdf" }, { id: "71", filename: "b.pdf" }],
  ["audio", {}, { id: "71", voice: true }],
  ["audio", { voice: false }, { id: "71", voice: false }],
  [
    "interactive",
    { type: "button", header: { type: "document" }, body: { text: "Hi" }, action: buttons },
    {
      type: "button",
      header: { type: "document", document: { id: "71", filename: "a.pdf" } },
      body: { text: "Hi" },
      action: buttons,
    },
  ],
  ["interactive", { type: "button", header: { type: "text", text: "Hi" }, body: {}, action: buttons }, null],
  [
    "interactive",
    { type: "button", header: { type: "image", image: { id: "5" } }, body: {}, action: buttons },
    null,
  ],
  ["template", header({ type: "IMAGE", image: {} }), header({ type: "IMAGE", image: { id: "71" } })],
  ["template", header({ type: "video" }), header({ type: "video", video: { id: "71" } })],
  ["template", header({ type: "image" }, { type: "image" }), null],
  ["template", header({ type: "image", image: "5" }), null],
  ["template", { name: "hello", language: { code: "en" } }, null],
];

story("the file goes into the one media object that has neither id nor link", async (db) => {
  for (const [type, content, sent] of CONTENTS) {
    const { rows } = await db.query(
      "select app_hidden.content_with_media($1, $2, '71', 'a.pdf', true) as sent",
      [type, content],
    );
    assert.deepEqual(rows[0].sent, sent, `${type} ${JSON.stringify(content)}`);
  }
});

story(
  "a content without a place for the file is refused, and so is one without a file: PYCNT",
  async (db) => {
    const { tenantId, conversationId } = await aThread(db);
    const mediaId = await storedMedia(db, tenantId);
    for (const [type, content] of CONTENTS.filter(([, , sent]) => sent === null))
      assert.equal(
        await refusal(db, () => sendMedia(db, conversationId, mediaId, { type, content })),
        "PYCNT",
      );
    await db.query("savepoint text");
    await assert.rejects(sendMedia(db, conversationId, mediaId, { type: "text", content: { body: "Hi" } }), {
      code: "PYCNT",
      message: /with media_id, the content must have exactly one media object without id and link/,
    });
    await db.query("rollback to savepoint text");
    const without = () =>
      db.query(
        "insert into app_public.messages (conversation_id, type, content) values ($1, 'image', '{}')",
        [conversationId],
      );
    assert.equal(await refusal(db, without), "PYCNT");
    await send(db, conversationId);
  },
);
