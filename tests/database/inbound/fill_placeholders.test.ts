import assert from "node:assert/strict";
import type pg from "pg";
import { aWamid, conversationOf, hear, type Said } from "../../support/messages.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";

const story = stories();
const DAY = 86_400_000;

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace, { isWindowOpen: false });
  return {
    ...thread,
    tenantId: workspace.tenantId,
    hear: (...said: Said[]) => hear(db, workspace, thread, ...said),
  };
}

const messagesOf = async (db: pg.PoolClient, conversationId: string) =>
  (
    await db.query("select * from app_public.messages where conversation_id = $1 order by id", [
      conversationId,
    ])
  ).rows;

for (const direction of ["inbound", "outbound"] as const)
  for (const [name, later] of Object.entries({
    "at the same time": {},
    "with another time": { at: new Date(Date.now() - 9 * DAY) },
    "as if it were said now": { origin: direction === "inbound" ? "live" : "echo", at: new Date() },
  } satisfies Record<string, Said>)) {
    story(`an imported picture (${direction}) takes its placeholder's place, ${name}`, async (db) => {
      const { conversationId, hear } = await aThread(db);
      const placeholder: Said = {
        wamid: aWamid(),
        origin: "history",
        direction,
        type: "media_placeholder",
        content: {},
        metadata: { history_context: { status: "READ" } },
        at: new Date(Date.now() - 10 * DAY),
      };
      const picture: Said = {
        ...placeholder,
        type: "image",
        content: { id: "77", caption: "the receipt" },
        metadata: {},
        ...later,
      };
      await hear(placeholder);
      const [before] = await messagesOf(db, conversationId);
      await hear(picture);
      // Neither the picture again nor its placeholder changes anything.
      await hear(picture, placeholder);
      await hear(placeholder);
      const after = await messagesOf(db, conversationId);
      assert.deepEqual(after, [
        {
          ...before,
          type: "image",
          content: { id: "77", caption: "the receipt" },
          preview: "the receipt",
          media_id: before.id,
        },
      ]);
      const conversation = await conversationOf(db, conversationId);
      assert.equal(conversation.last_message_preview, "the receipt");
      assert.equal(conversation.unread_count, 0);
      assert.equal(conversation.window_expires_at, null);
    });
  }

story("media and their placeholders in one batch, in any order", async (db) => {
  const { conversationId, hear } = await aThread(db);
  const past = { origin: "history", at: new Date(Date.now() - 3 * DAY) } as const;
  const [one, other] = [aWamid(), aWamid()];
  const empty = { ...past, type: "media_placeholder", content: {} };
  await hear(
    { ...empty, wamid: one },
    { ...past, wamid: one, type: "image", content: { id: "1", caption: "one" } },
    { ...past, wamid: other, type: "video", content: { id: "2", caption: "two" } },
    { ...empty, wamid: other },
  );
  assert.deepEqual(
    (await messagesOf(db, conversationId)).map(({ type, preview }) => [type, preview]),
    [
      ["image", "one"],
      ["video", "two"],
    ],
  );
});

for (const type of ["unsupported", "unknown"]) {
  story(`an ${type} message that is delivered again with its content has it, and counts once`, async (db) => {
    const { conversationId, tenantId, hear } = await aThread(db);
    await anActiveChatbot(db, tenantId);
    const wamid = aWamid();
    const errors = [{ code: 131051 }];
    await hear({ wamid, type, content: {}, metadata: { errors } }, { content: { body: "and this" } });
    const [before] = await messagesOf(db, conversationId);
    await hear({ wamid, content: { body: "here I am" } });
    const rows = await messagesOf(db, conversationId);
    assert.deepEqual(
      rows.map(({ id, type, preview }) => [id === before.id, type, preview]),
      [
        [true, "text", "here I am"],
        [false, "text", "and this"],
      ],
    );
    assert.deepEqual(rows[0].metadata, {});
    assert.equal(rows[0].occurred_at.getTime(), before.occurred_at.getTime());
    const conversation = await conversationOf(db, conversationId);
    assert.equal(conversation.unread_count, 2);
    assert.equal(conversation.last_message_preview, "and this");
    // A chatbot has not heard it before.
    const heard = await db.query("select message_id from app_private.chatbot_events where message_id = $1", [
      before.id,
    ]);
    assert.equal(heard.rowCount, 1);
  });
}

story("content is never replaced by other content, or by a notice that it is missing", async (db) => {
  const { conversationId, hear } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid, content: { body: "as it was said" } });
  await hear({ wamid, type: "image", content: { id: "1" } }, { wamid, type: "unsupported", content: {} });
  const [row] = await messagesOf(db, conversationId);
  assert.deepEqual([row.type, row.preview], ["text", "as it was said"]);
});
