import assert from "node:assert/strict";
import type pg from "pg";
import { hear, send } from "../../support/messages.ts";
import { claim, record } from "../../support/outbox.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";

const story = stories();

async function aThread(db: pg.PoolClient, { withBot = true } = {}) {
  const workspace = await aWorkspace(db);
  const bot = withBot ? await anActiveChatbot(db, workspace.tenantId) : null;
  return { workspace, bot, thread: await aConversation(db, workspace) };
}

async function eventsOf(db: pg.PoolClient, { conversationId }: Thread) {
  const { rows } = await db.query(
    "select kind, payload, context_id, message_id from app_private.chatbot_events where conversation_id = $1 order by created_at, id",
    [conversationId],
  );
  return rows;
}

async function aRun(
  db: pg.PoolClient,
  { tenantId }: Workspace,
  { conversationId }: Thread,
  versionId: string,
) {
  const { rows } = await db.query(
    `insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id, status)
     select $1, $2, chatbot_id, id, 'waiting' from app_public.chatbot_versions where id = $3 returning id`,
    [tenantId, conversationId, versionId],
  );
  return rows[0].id as string;
}

const claimTurns = async (db: pg.PoolClient) =>
  (await db.query("select * from app_private.claim_chatbot_turns(10)")).rows;

story(
  "customers' messages are queued for the chatbot in order, and start its task once per statement",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    await hear(db, workspace, thread, { content: { body: "1" } }, { content: { body: "2" } });
    const events = await eventsOf(db, thread);
    const { rows } = await db.query(
      "select preview from unnest($1::uuid[]) with ordinality i (id, n) join app_public.messages m using (id) order by n",
      [events.map(({ message_id }) => message_id)],
    );
    assert.deepEqual(
      rows.map(({ preview }) => preview),
      ["1", "2"],
    );
    const jobs = await db.query(
      "select from graphile_worker.jobs where task_identifier = 'advance_chatbots'",
    );
    assert.equal(jobs.rowCount, 1);
  },
);

story("without an active chatbot no event is queued", async (db) => {
  const { workspace, thread } = await aThread(db, { withBot: false });
  await hear(db, workspace, thread, {});
  assert.deepEqual(await eventsOf(db, thread), []);
});

story("another tenant's active chatbot has no effect", async (db) => {
  const { workspace, thread } = await aThread(db, { withBot: false });
  await aThread(db);
  await hear(db, workspace, thread, {});
  assert.deepEqual(await eventsOf(db, thread), []);
});

story("a running chatbot receives the answer even if it was deactivated in the meantime", async (db) => {
  const { workspace, thread, bot } = await aThread(db);
  await aRun(db, workspace, thread, bot!.versionId);
  await db.query("update app_public.chatbots set status = 'draft'");
  await hear(db, workspace, thread, {});
  assert.equal((await eventsOf(db, thread)).length, 1);
});

story("messages that are not live, or that no chatbot can read, queue no event", async (db) => {
  const { workspace, thread } = await aThread(db);
  for (const origin of ["echo", "history", "standby", "group"] as const)
    await hear(db, workspace, thread, { origin });
  for (const type of ["reaction", "edit", "revoke", "system", "unsupported", "unknown", "media_placeholder"])
    await hear(db, workspace, thread, { type });
  await send(db, thread.conversationId);
  assert.deepEqual(await eventsOf(db, thread), []);
});

story("a redelivered message does not queue an event again", async (db) => {
  const { workspace, thread } = await aThread(db);
  const said = { wamid: "wamid.1", at: new Date() };
  await hear(db, workspace, thread, said);
  await hear(db, workspace, thread, said);
  assert.equal((await eventsOf(db, thread)).length, 1);
});

story("the failure of a message is reported only to the run that sent it", async (db) => {
  const { workspace, thread, bot } = await aThread(db);
  const contextId = await aRun(db, workspace, thread, bot!.versionId);
  const say = async (metadata: object) =>
    (
      await db.query(
        `insert into app_public.messages (conversation_id, author, type, content, metadata)
         values ($1, 'chatbot', 'text', '{"body": "Hi"}', $2) returning id`,
        [thread.conversationId, metadata],
      )
    ).rows[0].id;
  for (const metadata of [{ context_id: contextId, node_id: "welcome" }, { context_id: bot!.versionId }]) {
    const message_id = await say(metadata);
    await claim(db);
    await record(db, { message_id, kind: "failed", error_code: "131026" });
  }
  assert.deepEqual(await eventsOf(db, thread), [
    {
      kind: "send_failed",
      payload: { nodeId: "welcome", reason: "131026" },
      context_id: contextId,
      message_id: null,
    },
  ]);
});

story("a turn gets all its data, and no message is sent until the turn is saved", async (db) => {
  const { workspace, thread, bot } = await aThread(db);
  await hear(db, workspace, thread, { content: { body: "Hi" } });
  const [turn, ...others] = await claimTurns(db);
  assert.equal(others.length, 0);
  assert.equal(turn.conversation_id, thread.conversationId);
  assert.equal(turn.contact.phone, thread.phone);
  assert.equal(turn.is_silent, false);
  assert.equal(turn.context, null);
  assert.deepEqual(turn.candidate_version_ids, [bot!.versionId]);
  assert.equal(turn.events.length, 1);
  assert.deepEqual(turn.events[0].content, { body: "Hi" });
  assert.equal((await claimTurns(db)).length, 1);
});

story(
  "the chatbot is silent while an agent is assigned, and while an agent's message pauses it",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    await hear(db, workspace, thread, {});
    const isSilent = async () => (await claimTurns(db))[0].is_silent;
    const set = (change: string) => db.query(`update app_public.conversations set ${change}`);
    assert.equal(await isSilent(), false);
    await set("chatbot_paused_until = now() + interval '1 minute'");
    assert.equal(await isSilent(), true);
    await set("chatbot_paused_until = now()");
    assert.equal(await isSilent(), false);
  },
);

story("the pause after a person's words is the running version's own", async (db) => {
  const workspace = await aWorkspace(db);
  const { versionId } = await anActiveChatbot(db, workspace.tenantId, undefined, { pauseSeconds: 60 });
  const thread = await aConversation(db, workspace);
  await aRun(db, workspace, thread, versionId);
  await hear(db, workspace, thread, { origin: "echo" });
  const { rows } = await db.query(
    "select extract(epoch from chatbot_paused_until - now())::int as seconds from app_public.conversations",
  );
  assert.deepEqual(rows, [{ seconds: 60 }]);
});
