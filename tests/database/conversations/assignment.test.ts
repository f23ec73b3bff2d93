import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear } from "../../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  becomeOwner,
  type Person,
  type Workspace,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

/** A team with three members, in the order in which they are chosen first. */
async function aTeam(db: pg.PoolClient, assignment: string | null = null) {
  const workspace = await aWorkspace(db);
  const { rows } = await db.query(
    "insert into app_public.teams (tenant_id, name, assignment) values ($1, 'Sales', $2) returning id",
    [workspace.tenantId, assignment],
  );
  const teamId: string = rows[0].id;
  const people: Person[] = [];
  for (let number = 0; number < 3; number++)
    people.push(await aPerson(db, workspace.tenantId, number === 2 ? "admin" : "agent"));
  people.sort((one, other) => (one.userId < other.userId ? -1 : 1));
  await db.query(
    "insert into app_public.team_members (tenant_id, team_id, user_id) select $1, $2, unnest($3::uuid[])",
    [workspace.tenantId, teamId, people.map(({ userId }) => userId)],
  );
  return { workspace, teamId, people, order: people.map(({ userId }) => userId) };
}

async function assign(db: pg.PoolClient, conversationId: string, how: Record<string, string | null>) {
  const names = Object.keys(how).map((name, at) => `, ${name} => $${at + 2}`);
  const { rows } = await db.query(`select * from app_public.assign_conversation($1${names.join("")})`, [
    conversationId,
    ...Object.values(how),
  ]);
  return rows[0];
}

async function assignees(
  db: pg.PoolClient,
  workspace: Workspace,
  count: number,
  how: Record<string, string | null>,
) {
  const chosen: string[] = [];
  for (let number = 0; number < count; number++) {
    const { conversationId } = await aConversation(db, workspace);
    chosen.push((await assign(db, conversationId, how)).assignee_id);
  }
  return chosen;
}

const setAvailable = (db: pg.PoolClient, userId: string, isAvailable: boolean) =>
  db.query("update app_public.memberships set is_available = $2 where user_id = $1", [userId, isAvailable]);

story("in round robin each member is next once; who is away, gone or a viewer is skipped", async (db) => {
  const { workspace, teamId, order } = await aTeam(db, "round_robin");
  assert.deepEqual(await assignees(db, workspace, 4, { team_id: teamId }), [...order, order[0]]);
  await setAvailable(db, order[1]!, false);
  assert.deepEqual(await assignees(db, workspace, 3, { team_id: teamId }), [order[2], order[0], order[2]]);
  await db.query("update app_public.memberships set is_active = false where user_id = $1", [order[2]]);
  assert.deepEqual(await assignees(db, workspace, 2, { team_id: teamId }), [order[0], order[0]]);
  await db.query("update app_public.memberships set role = 'viewer' where user_id = $1", [order[0]]);
  // Nobody: it waits in the team, and the chatbot is silent.
  const { conversationId } = await aConversation(db, workspace);
  const { assignee_id, team_id, handed_over_at } = await assign(db, conversationId, { team_id: teamId });
  assert.deepEqual([assignee_id, team_id], [null, teamId]);
  assert.notEqual(handed_over_at, null);
});

story("the least busy member is the one with the fewest open conversations", async (db) => {
  const { workspace, teamId, order } = await aTeam(db);
  const least = { team_id: teamId, strategy: "least_busy" };
  const [first, second, third] = order as [string, string, string];
  const busy = [];
  for (const userId of [first, first, second]) {
    const { conversationId } = await aConversation(db, workspace);
    await assign(db, conversationId, { user_id: userId });
    busy.push(conversationId);
  }
  assert.deepEqual(await assignees(db, workspace, 2, least), [third, second]);
  await db.query("update app_public.conversations set status = 'closed' where id = any ($1)", [
    busy.slice(0, 2),
  ]);
  assert.deepEqual(await assignees(db, workspace, 1, least), [first]);
});

story("the previous member gets it again, if they are available; otherwise it goes around", async (db) => {
  const { workspace, teamId, order } = await aTeam(db, "previous");
  const { conversationId } = await aConversation(db, workspace);
  await assign(db, conversationId, { user_id: order[2]! });
  await assign(db, conversationId, { user_id: null });
  assert.equal((await conversationOf(db, conversationId)).previous_assignee_id, order[2]);
  assert.equal((await assign(db, conversationId, { team_id: teamId })).assignee_id, order[2]);
  await assign(db, conversationId, { user_id: null });
  await setAvailable(db, order[2]!, false);
  assert.equal((await assign(db, conversationId, { strategy: "previous" })).assignee_id, order[0]);
});

story(
  "a team's own strategy applies to whoever gives it the conversation, and only to what nobody has",
  async (db) => {
    const { workspace, teamId, people, order } = await aTeam(db, "round_robin");
    const { conversationId } = await aConversation(db, workspace);
    await become(db, people[0]!);
    const { rows } = await db.query(
      "update app_public.conversations set team_id = $2 where id = $1 returning assignee_id, handed_over_at",
      [conversationId, teamId],
    );
    assert.equal(rows[0].assignee_id, order[0]);
    assert.notEqual(rows[0].handed_over_at, null);
    const taken = await assign(db, conversationId, { team_id: teamId, user_id: order[1]! });
    assert.equal(taken.assignee_id, order[1]);
    // A member who is done leaves it to the team: it is not assigned to the next one.
    const left = await assign(db, conversationId, { user_id: null });
    assert.deepEqual([left.assignee_id, left.team_id], [null, teamId]);
    assert.notEqual(left.handed_over_at, null);
    const given = (await db.query("select * from app_public.return_to_chatbot($1)", [conversationId]))
      .rows[0];
    assert.deepEqual([given.assignee_id, given.team_id, given.handed_over_at], [null, null, null]);
  },
);

story("what assign_conversation() refuses", async (db) => {
  const { workspace, teamId, people } = await aTeam(db);
  const { conversationId } = await aConversation(db, workspace);
  const foreign = await aTeam(db);
  await become(db, people[0]!);
  const codeOf = (how: Record<string, string>) => refusal(db, () => assign(db, conversationId, how));
  assert.equal(await codeOf({ user_id: people[0]!.userId, team_id: teamId, strategy: "previous" }), "PYREQ");
  assert.equal(await codeOf({ strategy: "previous" }), "PYREQ");
  assert.equal(await codeOf({ team_id: foreign.teamId }), "PYNFD");
  assert.equal(await codeOf({ team_id: foreign.teamId, strategy: "round_robin" }), "PYNFD");
  assert.equal(
    await refusal(db, () =>
      db.query("select app_hidden.choose_member($1, 'round_robin', null)", [foreign.teamId]),
    ),
    "PYNFD",
  );
});

story("a conversation is claimed once; who has it may claim it again", async (db) => {
  const { workspace, people } = await aTeam(db);
  const { conversationId } = await aConversation(db, workspace);
  const claim = () => db.query("select assignee_id from app_public.claim_conversation($1)", [conversationId]);
  await become(db, people[0]!);
  for (const _ of [1, 2]) assert.equal((await claim()).rows[0].assignee_id, people[0]!.userId);
  await become(db, people[1]!);
  assert.equal(await refusal(db, claim), "PYTAK");
});

story(
  "a snooze ends with the customer's message and with closing; a time must be in the future",
  async (db) => {
    const { workspace, people } = await aTeam(db);
    const thread = await aConversation(db, workspace);
    const { conversationId } = thread;
    const snoozedUntil = async () => (await conversationOf(db, conversationId)).snoozed_until;
    const snooze = (until?: string | null) =>
      until === undefined
        ? db.query("select app_public.snooze_conversation($1)", [conversationId])
        : db.query("select app_public.snooze_conversation($1, $2)", [conversationId, until]);
    await become(db, people[0]!);
    await snooze();
    assert.equal(await snoozedUntil(), Number.POSITIVE_INFINITY);
    await becomeOwner(db);
    // An import does not end it.
    await hear(db, workspace, thread, { origin: "history" });
    assert.equal(await snoozedUntil(), Number.POSITIVE_INFINITY);
    await hear(db, workspace, thread, {});
    assert.equal(await snoozedUntil(), null);
    await snooze("tomorrow");
    await snooze(null);
    assert.equal(await snoozedUntil(), null);
    assert.equal(await refusal(db, () => snooze("yesterday")), "PYREQ");
    await snooze("tomorrow");
    await db.query("select app_public.close_conversation($1)", [conversationId]);
    assert.equal(await snoozedUntil(), null);
    assert.equal(await refusal(db, () => snooze()), "PYREQ");
  },
);

story("a caller hands a conversation over now, whatever time is given", async (db) => {
  const { workspace, people } = await aTeam(db);
  const { conversationId } = await aConversation(db, workspace);
  const handOver = (at: string) =>
    db.query("update app_public.conversations set handed_over_at = $2 where id = $1", [conversationId, at]);
  const handedOverAt = async () => (await conversationOf(db, conversationId)).handed_over_at as Date;
  const { now } = (await db.query("select now()")).rows[0];
  await become(db, people[0]!);
  await handOver("tomorrow");
  assert.deepEqual(await handedOverAt(), now);
  await handOver("-infinity");
  assert.deepEqual(await handedOverAt(), now);
  await becomeOwner(db);
  await handOver("2026-01-01T00:00:00Z");
  assert.deepEqual(await handedOverAt(), new Date("2026-01-01T00:00:00Z"));
});

story("members set their own availability; an agent does not set another's", async (db) => {
  const { people } = await aTeam(db);
  const [agent] = people.filter(({ role }) => role === "agent") as [Person];
  const [admin] = people.filter(({ role }) => role === "admin") as [Person];
  await become(db, agent);
  const { rows } = await db.query("select user_id, is_available from app_public.set_availability(false)");
  assert.deepEqual(rows, [{ user_id: agent.userId, is_available: false }]);
  assert.equal((await setAvailable(db, admin.userId, false)).rowCount, 0);
  await become(db, admin);
  assert.equal((await setAvailable(db, agent.userId, true)).rowCount, 1);
});
