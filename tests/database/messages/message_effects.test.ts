import assert from "node:assert/strict";
import { conversationOf, hear, type Said } from "../../support/messages.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();
const HOUR = 3_600_000;

/** What a customer's message does to a closed conversation that has been read, and whose window is closed. */
type Effect = { opensWindow: boolean; isUnread: boolean; isLast: boolean };
const SAID: Effect = { opensWindow: true, isUnread: true, isLast: true };
const NOTICE: Effect = { opensWindow: false, isUnread: false, isLast: true };
const CHANGE: Effect = { opensWindow: false, isUnread: false, isLast: false };

const EFFECTS: Record<string, [Said, Effect][]> = {
  text: [[{}, SAID]],
  image: [[{ type: "image" }, SAID]],
  video: [[{ type: "video" }, SAID]],
  audio: [[{ type: "audio" }, SAID]],
  document: [[{ type: "document" }, SAID]],
  sticker: [[{ type: "sticker" }, SAID]],
  location: [[{ type: "location" }, SAID]],
  contacts: [[{ type: "contacts" }, SAID]],
  interactive: [[{ type: "interactive" }, SAID]],
  button: [[{ type: "button" }, SAID]],
  order: [[{ type: "order" }, SAID]],
  template: [[{ type: "template" }, SAID]],
  unknown: [[{ type: "unknown" }, SAID]],
  unsupported: [
    [{ type: "unsupported" }, SAID],
    [{ type: "unsupported", content: { type: "poll" } }, SAID],
    [{ type: "unsupported", content: { type: "edit" } }, NOTICE],
  ],
  reaction: [
    [
      { type: "reaction", content: { emoji: "👍" } },
      { opensWindow: true, isUnread: false, isLast: true },
    ],
    [{ type: "reaction", content: { emoji: "" } }, CHANGE],
    [{ type: "reaction", content: {} }, CHANGE],
  ],
  edit: [[{ type: "edit" }, CHANGE]],
  revoke: [[{ type: "revoke" }, CHANGE]],
  system: [[{ type: "system" }, NOTICE]],
  request_welcome: [[{ type: "request_welcome" }, NOTICE]],
  media_placeholder: [[{ type: "media_placeholder" }, NOTICE]],
};

story("every message type has its effects: the window, unread, reopening, the last message", async (db) => {
  // Customers write no notes.
  const { rows } = await db.query(
    "select type from unnest(enum_range(null::app_public.message_type)) type where type <> 'note'",
  );
  assert.deepEqual(rows.map(({ type }) => type).toSorted(), Object.keys(EFFECTS).toSorted());
  const workspace = await aWorkspace(db);
  for (const [said, { opensWindow, isUnread, isLast }] of Object.values(EFFECTS).flat()) {
    const thread = await aConversation(db, workspace, { isWindowOpen: false });
    await hear(db, workspace, thread, { content: { body: "before" }, at: new Date(Date.now() - 30 * HOUR) });
    await db.query(
      "update app_public.conversations set status = 'closed', unread_count = 0, read_at = clock_timestamp() where id = $1",
      [thread.conversationId],
    );
    const before = await conversationOf(db, thread.conversationId);
    await hear(db, workspace, thread, said);
    const after = await conversationOf(db, thread.conversationId);
    assert.deepEqual(
      {
        opensWindow: after.window_expires_at > new Date(),
        isUnread: after.unread_count === 1,
        isOpen: after.status === "open",
        isHeard: after.last_customer_message_at > before.last_customer_message_at,
        isLast: after.last_message_id !== before.last_message_id,
        hasMoved: after.last_activity_at > before.last_activity_at,
      },
      { opensWindow, isUnread, isOpen: isUnread, isHeard: isUnread, isLast, hasMoved: isLast },
      JSON.stringify(said),
    );
    if (!isLast) assert.equal(after.last_message_preview, "before");
  }
});

for (const origin of ["echo", "history", "standby", "group"] as const)
  story(`a message of origin ${origin} opens no window and is not unread`, async (db) => {
    const workspace = await aWorkspace(db);
    const thread = await aConversation(db, workspace, { isWindowOpen: false });
    await db.query("update app_public.conversations set status = 'closed' where id = $1", [
      thread.conversationId,
    ]);
    await hear(db, workspace, thread, { origin, metadata: { referral: { source_type: "ad" } } });
    const after = await conversationOf(db, thread.conversationId);
    assert.deepEqual(
      [after.status, after.unread_count, after.window_expires_at, after.free_entry_offered_until],
      ["closed", 0, null, null],
    );
  });

story("a group message is not the last message of the private conversation", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace, { isWindowOpen: false });
  await hear(db, workspace, thread, { origin: "group" });
  const fresh = await conversationOf(db, thread.conversationId);
  assert.deepEqual(
    [fresh.last_message_id, fresh.last_message_preview, fresh.last_message_at],
    [null, null, null],
  );
  await hear(db, workspace, thread, { content: { body: "in private" } }, { origin: "group" });
  assert.equal((await conversationOf(db, thread.conversationId)).last_message_preview, "in private");
});

story("a batch that ends with a deletion leaves the message before it as the last", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace, { isWindowOpen: false });
  await hear(
    db,
    workspace,
    thread,
    { content: { body: "first" } },
    { content: { body: "second" } },
    { type: "revoke", content: { original_message_id: "wamid.1" } },
  );
  const after = await conversationOf(db, thread.conversationId);
  assert.deepEqual([after.last_message_preview, after.unread_count], ["second", 2]);
});
