import assert from "node:assert/strict";
import type pg from "pg";
import { aWamid, conversationOf, hear, type Said, send } from "../../support/messages.ts";
import { applyStatuses, claim, record, statusFor, statusOf } from "../../support/outbox.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  return { workspace, thread, hear: (...said: Said[]) => hear(db, workspace, thread, ...said) };
}

async function aSentMessage(db: pg.PoolClient) {
  const { workspace, thread, hear } = await aThread(db);
  const id = await send(db, thread.conversationId, "Hello from the bakery");
  await claim(db);
  return { workspace, thread, hear, id };
}

async function count(db: pg.PoolClient, table: string): Promise<number> {
  const { rows } = await db.query(`select count(*)::int as n from ${table}`);
  return rows[0].n;
}

const at = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000);

story("one provider's id is one message, whatever time it comes with", async (db) => {
  const { thread, hear } = await aThread(db);
  const wamid = aWamid();
  assert.equal(await hear({ wamid }), 1);
  for (const daysAgo of [0, 1 / 1440, 1, 40, 400, -1, -20_000])
    assert.equal(await hear({ wamid, at: at(daysAgo) }), 0, `${daysAgo} days ago`);
  assert.equal(await hear({ wamid, at: at(50), origin: "history" }, { wamid, origin: "echo" }), 0);
  assert.equal(await count(db, "app_public.messages"), 1);
  assert.equal((await conversationOf(db, thread.conversationId)).unread_count, 1);
});

story("the same id twice in one batch is the first one", async (db) => {
  const { hear } = await aThread(db);
  const wamid = aWamid();
  assert.equal(
    await hear({ wamid, content: { body: "first" } }, { wamid, content: { body: "second" } }, {}),
    2,
  );
  const { rows } = await db.query("select preview from app_public.messages where provider_message_id = $1", [
    wamid,
  ]);
  assert.deepEqual(rows, [{ preview: "first" }]);
});

story("an id belongs to its channel: another channel's is another message", async (db) => {
  const [one, other] = [await aThread(db), await aThread(db)];
  const wamid = aWamid();
  assert.equal(await one.hear({ wamid }), 1);
  assert.equal(await other.hear({ wamid }), 1);
});

for (const origin of ["echo", "history"] as const) {
  story(`an ${origin} of what was sent from here adds nothing`, async (db) => {
    const { thread, hear, id } = await aSentMessage(db);
    const wamid = aWamid();
    await record(db, { message_id: id, kind: "sent", provider_message_id: wamid });
    assert.equal(await hear({ wamid, origin, direction: "outbound", at: at(1) }), 0);
    assert.equal(await count(db, "app_public.messages"), 1);
    assert.equal((await conversationOf(db, thread.conversationId)).chatbot_paused_until, null);
  });

  story(
    `an ${origin} that overtakes the answer to our POST gives way to the message that was sent`,
    async (db) => {
      const { workspace, thread, hear, id } = await aSentMessage(db);
      const wamid = aWamid();
      assert.equal(
        await hear({ wamid, origin, direction: "outbound", content: { body: "Hello from the bakery" } }),
        1,
      );
      await record(db, { message_id: id, kind: "sent", provider_message_id: wamid });
      assert.equal(await count(db, "app_public.messages"), 1);
      const conversation = await conversationOf(db, thread.conversationId);
      assert.equal(conversation.last_message_id, id);
      assert.equal(conversation.last_message_preview, "Hello from the bakery");
      assert.equal(conversation.chatbot_paused_until, null);
      await applyStatuses(db, statusFor(workspace, "delivered", { provider_message_id: wamid }));
      assert.equal((await statusOf(db, id)).status, "delivered");
      assert.equal(await hear({ wamid, origin, direction: "outbound" }), 0);
    },
  );
}

story(
  "a lost response: the status with the id of our message adds the provider's id, and the echo is replaced",
  async (db) => {
    const { workspace, hear, id } = await aSentMessage(db);
    const wamid = aWamid();
    await record(db, { message_id: id, kind: "uncertain" });
    await hear({ wamid, origin: "echo" });
    await applyStatuses(db, statusFor(workspace, "sent", { message_id: id, provider_message_id: wamid }));
    assert.equal(await count(db, "app_public.messages"), 1);
    assert.equal(await hear({ wamid, origin: "echo" }), 0);
    await applyStatuses(db, statusFor(workspace, "read", { provider_message_id: wamid }));
    assert.equal((await statusOf(db, id)).status, "read");
  },
);

story("both ids of a message that went out twice are known", async (db) => {
  const { workspace, hear, id } = await aSentMessage(db);
  const [one, other] = [aWamid(), aWamid()];
  await record(db, { message_id: id, kind: "sent", provider_message_id: one });
  await applyStatuses(db, statusFor(workspace, "sent", { message_id: id, provider_message_id: other }));
  for (const wamid of [one, other]) assert.equal(await hear({ wamid, origin: "echo" }), 0);
  await applyStatuses(db, statusFor(workspace, "read", { provider_message_id: other }));
  assert.equal((await statusOf(db, id)).status, "read");
});

story("the ids go with their messages and with their contact", async (db) => {
  const { workspace, thread, hear, id } = await aSentMessage(db);
  await record(db, { message_id: id, kind: "sent", provider_message_id: aWamid() });
  await applyStatuses(db, statusFor(workspace, "sent", { message_id: id, provider_message_id: aWamid() }));
  const wamid = aWamid();
  await hear({ wamid }, {}, { origin: "history", at: at(100) });
  assert.equal(await count(db, "app_private.provider_ids"), 5);
  await db.query("delete from app_public.messages where provider_message_id = $1", [wamid]);
  assert.equal(await count(db, "app_private.provider_ids"), 4);
  await db.query("delete from app_public.contacts where id = $1", [thread.contactId]);
  assert.equal(await count(db, "app_public.messages"), 0);
  assert.equal(await count(db, "app_private.provider_ids"), 0);
});

story("what was imported by SQL is recognised when the provider delivers it", async (db) => {
  const { thread, hear } = await aThread(db);
  const wamid = aWamid();
  const imported = (body: string, id: string) =>
    db.query(
      `insert into app_public.messages (id, conversation_id, direction, author, origin, type, content, provider_message_id, occurred_at)
       select i.id, $1, 'inbound', 'contact', 'history', 'text', jsonb_build_object('body', $2::text), $3, $4
       from app_private.claim_message_id($1, $3, $4) i (id)
       where i.id is not null`,
      [thread.conversationId, body, id, "2026-01-05T10:00:00Z"],
    );
  assert.equal((await imported("1", wamid)).rowCount, 1);
  assert.equal((await imported("1", wamid)).rowCount, 0);
  for (const body of ["2", "3", "4"]) await imported(body, aWamid());
  assert.equal(await hear({ wamid, at: new Date("2026-01-05T10:00:00Z"), origin: "history" }), 0);
  const { rows } = await db.query("select preview from app_public.messages order by id");
  assert.deepEqual(
    rows.map(({ preview }) => preview),
    ["1", "2", "3", "4"],
  );
});
