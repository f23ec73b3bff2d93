import assert from "node:assert/strict";
import type pg from "pg";
import { hear } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

/** The notices of a conversation, in reading order, without those that were returned before. */
function noticesOf(db: pg.PoolClient, conversationId: string) {
  let last = "00000000-0000-0000-0000-000000000000";
  return async () => {
    const { rows } = await db.query(
      "select id, content from app_public.messages where conversation_id = $1 and direction = 'internal' and id > $2 order by id",
      [conversationId, last],
    );
    last = rows.at(-1)?.id ?? last;
    return rows.map(({ content }) => content);
  };
}

story("what happens to a conversation stands in its thread, with who did it", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const { conversationId } = thread;
  const { rows: teams } = await db.query(
    "insert into app_public.teams (tenant_id, name) values ($1, 'Sales') returning id",
    [workspace.tenantId],
  );
  const [ada, ben] = [
    await aPerson(db, workspace.tenantId, "agent"),
    await aPerson(db, workspace.tenantId, "agent"),
  ];
  await db.query("update app_public.users set name = 'Ada' where id = $1", [ada.userId]);
  await db.query("update app_public.users set name = 'Ben' where id = $1", [ben.userId]);
  const teamId = teams[0].id;
  const notices = noticesOf(db, conversationId);
  const set = async (columns: string) => {
    await db.query(`update app_public.conversations set ${columns} where id = $1`, [conversationId]);
    return notices();
  };
  const by = ada.userId;

  await become(db, ada);
  await db.query("select app_public.assign_conversation($1, $2)", [conversationId, ben.userId]);
  assert.deepEqual(await notices(), [
    { event: "assigned", by, user_id: ben.userId, body: "Assigned to Ben by Ada" },
  ]);
  await db.query("select app_public.close_conversation($1)", [conversationId]);
  assert.deepEqual(await notices(), [{ event: "closed", by, body: "Closed by Ada" }]);
  await db.query("select app_public.close_conversation($1)", [conversationId]);
  assert.deepEqual(await notices(), [], "nothing has happened");

  await becomeOwner(db);
  await db.query("select set_config('parley.user_id', '', true)");
  await hear(db, workspace, thread, {});
  assert.deepEqual(await notices(), [{ event: "reopened", body: "Reopened" }]);
  assert.deepEqual(await set(`team_id = '${teamId}', assignee_id = null`), [
    { event: "given_to_team", team_id: teamId, body: "Given to the team Sales" },
    { event: "unassigned", previous_user_id: ben.userId, body: "Assignment removed" },
  ]);
  await db.query("update app_public.tenants set time_zone = 'Europe/Istanbul' where id = $1", [
    workspace.tenantId,
  ]);
  const until = "2100-01-01T10:00:00+00:00";
  assert.deepEqual(await set(`snoozed_until = '${until}'`), [
    { event: "snoozed", until, body: "Snoozed until 2100-01-01 13:00" },
  ]);
  assert.deepEqual(await set("snoozed_until = 'infinity'"), [
    { event: "snoozed", body: "Snoozed until the next message" },
  ]);
  await hear(db, workspace, thread, {});
  assert.deepEqual(await notices(), [{ event: "snooze_ended", body: "Snooze ended" }]);
  assert.deepEqual(await set("team_id = null, handed_over_at = null"), [
    { event: "removed_from_team", previous_team_id: teamId, body: "Removed from its team" },
    { event: "returned_to_chatbot", body: "Returned to the chatbot" },
  ]);
  await db.query("select app_private.hand_over_conversations($1)", [
    JSON.stringify([{ conversation_id: conversationId, team: "Sales", note: "Wants a discount" }]),
  ]);
  assert.deepEqual(
    (await notices()).filter(({ event }) => event === "handed_over"),
    [
      {
        event: "handed_over",
        team: "Sales",
        note: "Wants a discount",
        body: "Handed over to Sales: Wants a discount",
      },
    ],
  );
});

story("columns that messages change leave no notice, and a tenant can be deleted", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  const notices = noticesOf(db, thread.conversationId);
  await hear(db, workspace, thread, {}, {});
  await db.query("select app_public.mark_conversation_read($1)", [thread.conversationId]);
  await db.query(`update app_public.conversations set metadata = '{"a": 1}' where id = $1`, [
    thread.conversationId,
  ]);
  assert.deepEqual(await notices(), []);

  await db.query("update app_public.conversations set assignee_id = $2 where id = $1", [
    thread.conversationId,
    agent.userId,
  ]);
  await db.query("delete from app_public.tenants where id = $1", [workspace.tenantId]);
  assert.deepEqual(await notices(), []);
  assert.equal((await db.query("select from app_private.conversation_notices")).rowCount, 0);
});
