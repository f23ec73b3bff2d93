import assert from "node:assert/strict";
import type pg from "pg";
import { hear } from "../../support/messages.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const ad = (id: string) => ({ referral: { source_type: "ad", source_id: id, ctwa_clid: `clid-${id}` } });

async function attributionOf(db: pg.PoolClient, contactId: string) {
  const { rows } = await db.query(
    "select source_id, ctwa_clid from app_public.contact_attributions where contact_id = $1",
    [contactId],
  );
  return rows.map(({ source_id, ctwa_clid }) => [source_id, ctwa_clid]);
}

story("the first advertisement remains, also when its message is delivered late, or deleted", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  await hear(db, workspace, thread, { at: hoursAgo(9), content: { body: "Hello" } });
  assert.deepEqual(await attributionOf(db, thread.contactId), []);
  await hear(
    db,
    workspace,
    thread,
    { at: hoursAgo(5), metadata: ad("2") },
    { at: hoursAgo(4), metadata: ad("3") },
  );
  assert.deepEqual(await attributionOf(db, thread.contactId), [["2", "clid-2"]]);
  await hear(db, workspace, thread, { at: hoursAgo(8), metadata: ad("1") });
  await hear(db, workspace, thread, { at: hoursAgo(1), metadata: ad("4") });
  assert.deepEqual(await attributionOf(db, thread.contactId), [["1", "clid-1"]]);
  await db.query("delete from app_public.messages where conversation_id = $1", [thread.conversationId]);
  assert.deepEqual(await attributionOf(db, thread.contactId), [["1", "clid-1"]]);
});

story("of two merged contacts the first advertisement remains, whichever is kept", async (db) => {
  for (const [keptAt, mergedAt, expected] of [
    [8, 5, "kept"],
    [5, 8, "merged"],
    [null, 5, "merged"],
    [5, null, "kept"],
  ] as const) {
    const workspace = await aWorkspace(db);
    const [kept, merged] = [await aConversation(db, workspace), await aConversation(db, workspace)];
    if (keptAt) await hear(db, workspace, kept, { at: hoursAgo(keptAt), metadata: ad("kept") });
    if (mergedAt) await hear(db, workspace, merged, { at: hoursAgo(mergedAt), metadata: ad("merged") });
    await db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);
    assert.deepEqual(await attributionOf(db, kept.contactId), [[expected, `clid-${expected}`]]);
  }
});
