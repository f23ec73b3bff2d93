import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Thread, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function aTeam(db: pg.PoolClient, workspace: Workspace, assignment: string | null) {
  const member = await aPerson(db, workspace.tenantId, "agent");
  const { rows } = await db.query(
    "insert into app_public.teams (tenant_id, name, assignment) values ($1, 'Sales', $2) returning id",
    [workspace.tenantId, assignment],
  );
  await db.query("insert into app_public.team_members (tenant_id, team_id, user_id) values ($1, $2, $3)", [
    workspace.tenantId,
    rows[0].id,
    member.userId,
  ]);
  return { teamId: rows[0].id as string, memberId: member.userId };
}

const set = (db: pg.PoolClient, { conversationId }: Thread, columns: string, ...values: unknown[]) =>
  db.query(`update app_public.conversations set ${columns} where id = $1`, [conversationId, ...values]);

async function aRule(db: pg.PoolClient, { tenantId }: Workspace, rule: Record<string, unknown>) {
  const columns = Object.keys(rule);
  await db.query(
    `insert into app_public.closing_rules (tenant_id, ${columns.join(", ")})
     values ($1, ${columns.map((_, at) => `$${at + 2}`).join(", ")})`,
    [tenantId, ...Object.values(rule)],
  );
}

/** What the customer's message makes of a closed conversation. */
async function reopened(db: pg.PoolClient, workspace: Workspace, thread: Thread) {
  await set(db, thread, "status = 'closed'");
  await hear(db, workspace, thread, {});
  const { status, team_id, assignee_id, handed_over_at } = await conversationOf(db, thread.conversationId);
  return { status, team_id, assignee_id, isHandedOver: handed_over_at !== null };
}

story(
  "without a rule it returns to its assignee if they are available, else to the team, else waits",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { teamId, memberId } = await aTeam(db, workspace, null);
    const agent = await aPerson(db, workspace.tenantId, "agent");
    const setAvailable = (isAvailable: boolean) =>
      db.query("update app_public.memberships set is_available = $2 where user_id = $1", [
        agent.userId,
        isAvailable,
      ]);
    const thread = await aConversation(db, workspace);
    const open = { status: "open", isHandedOver: true };
    // What nobody had.
    assert.deepEqual(await reopened(db, workspace, thread), {
      ...{ status: "open", isHandedOver: false },
      ...{ team_id: null, assignee_id: null },
    });
    await set(db, thread, "assignee_id = $2", agent.userId);
    assert.deepEqual(await reopened(db, workspace, thread), {
      ...open,
      ...{ team_id: null, assignee_id: agent.userId },
    });
    await setAvailable(false);
    assert.deepEqual(await reopened(db, workspace, thread), { ...open, team_id: null, assignee_id: null });
    await set(db, thread, "assignee_id = $2, team_id = $3", agent.userId, teamId);
    assert.deepEqual(await reopened(db, workspace, thread), { ...open, team_id: teamId, assignee_id: null });
    // The team's strategy.
    await db.query("update app_public.teams set assignment = 'least_busy'");
    assert.deepEqual(await reopened(db, workspace, thread), {
      ...open,
      team_id: teamId,
      assignee_id: memberId,
    });
  },
);

story(
  "the rule for the team and the channel counts before the team's, the channel's and the tenant's",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { teamId, memberId } = await aTeam(db, workspace, null);
    const thread = await aConversation(db, workspace);
    await aRule(db, workspace, { returns_to: "chatbot" });
    await aRule(db, workspace, { channel_id: workspace.channelId, returns_to: "unassigned" });
    const give = () => set(db, thread, "assignee_id = $2, team_id = $3", memberId, teamId);
    await give();
    const byChannel = await reopened(db, workspace, thread);
    assert.deepEqual(byChannel, { status: "open", team_id: null, assignee_id: null, isHandedOver: true });
    await aRule(db, workspace, { team_id: teamId, returns_to: "team" });
    await give();
    const byTeam = await reopened(db, workspace, thread);
    assert.deepEqual(byTeam, { status: "open", team_id: teamId, assignee_id: null, isHandedOver: true });
    await aRule(db, workspace, { team_id: teamId, channel_id: workspace.channelId, reopened_by: "person" });
    await give();
    assert.equal((await reopened(db, workspace, thread)).status, "closed");
    await db.query(
      "delete from app_public.closing_rules where team_id is not null or channel_id is not null",
    );
    await set(db, thread, "status = 'open'");
    const byTenant = await reopened(db, workspace, thread);
    assert.deepEqual(byTenant, { status: "open", team_id: null, assignee_id: null, isHandedOver: false });
  },
);

story(
  "a conversation that the handoff opens stays closed for messages, and a handoff opens it",
  async (db) => {
    const workspace = await aWorkspace(db);
    await aTeam(db, workspace, null);
    const thread = await aConversation(db, workspace);
    await aRule(db, workspace, { reopened_by: "handoff" });
    assert.equal((await reopened(db, workspace, thread)).status, "closed");
    await db.query("select app_private.hand_over_conversations($1)", [
      JSON.stringify([{ conversation_id: thread.conversationId, team: "sALES" }]),
    ]);
    const { status, team_id, handed_over_at } = await conversationOf(db, thread.conversationId);
    assert.equal(status, "open");
    assert.notEqual(team_id, null);
    assert.notEqual(handed_over_at, null);
  },
);
