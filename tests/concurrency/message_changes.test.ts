import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWamid, edit, hear, reaction, type Said, send } from "../support/messages.ts";
import { claim, record } from "../support/outbox.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function aThread() {
  const workspace = await aWorkspace(database.pool);
  const thread = await aConversation(database.pool, workspace);
  return {
    ...thread,
    hears: (said: Said) => (db: pg.PoolClient) => hear(db, workspace, thread, said),
    async shown(wamid: string) {
      const { rows } = await database.pool.query(
        `select c.current_preview, array(select r.emoji from app_public.messages_reactions(m) r) as reactions,
           v.last_message_preview
         from app_public.message_by_provider_id($1, $2) m
         cross join app_public.messages_current(m) c
         join app_public.conversations v on v.id = m.conversation_id`,
        [workspace.channelId, wamid],
      );
      return rows[0];
    },
  };
}

// Without the lock of the conversation in tg_messages__track_conversation(), neither sees the other, and the message
// shows its old text permanently.
test("a message and its edit that are stored at the same time find each other", async () => {
  for (const isEditFirst of [true, false]) {
    const thread = await aThread();
    const wamid = aWamid();
    const steps = [
      thread.hears(edit(wamid, "six")),
      thread.hears({ wamid, content: { body: "five" }, at: new Date(Date.now() - 60_000) }),
    ] as const;
    const { second, waited } = isEditFirst
      ? await overlapping(database.pool, steps[0], steps[1])
      : await overlapping(database.pool, steps[1], steps[0]);
    assert.deepEqual(second, { status: "fulfilled", value: 1 });
    assert.ok(waited);
    assert.deepEqual(await thread.shown(wamid), {
      current_preview: "six",
      reactions: [],
      last_message_preview: "six",
    });
  }
});

// Neither waits for the other. Without the first statement of reconcile_outbox(), the reaction would never show.
for (const [when, at] of [
  ["a reaction that is delivered at once", new Date()],
  ["a reaction that is delivered late", new Date(Date.now() - 60 * 60_000)],
] as const)
  test(`${when} and is stored while its message's id is being stored shows within a minute`, async () => {
    const thread = await aThread();
    const id = await send(database.pool, thread.conversationId);
    const wamid = aWamid();
    await claim(database.pool);
    const { waited } = await overlapping(
      database.pool,
      (db) => record(db, { message_id: id, kind: "sent", provider_message_id: wamid }),
      thread.hears(reaction(wamid, "👍", { at })),
    );
    assert.equal(waited, false);
    assert.deepEqual((await thread.shown(wamid)).reactions, []);
    await database.pool.query("select from app_private.reconcile_outbox()");
    assert.deepEqual((await thread.shown(wamid)).reactions, ["👍"]);
  });
