import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { conversationOf, hear, send } from "../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  type Thread,
  type Workspace,
} from "../support/people.ts";
import { atOnce, overlapping, started } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const markRead =
  ({ conversationId }: Thread) =>
  (db: pg.PoolClient) =>
    db.query("select app_public.mark_conversation_read($1)", [conversationId]);

/** What the count has to be: the customer's messages that were stored after the conversation was read. */
async function recount(conversationId: string): Promise<number> {
  const { rows } = await database.pool.query(
    `select count(*)::int as n from app_public.messages m join app_public.conversations c on c.id = m.conversation_id
     where c.id = $1 and m.direction = 'inbound' and m.created_at > coalesce(c.read_at, '-infinity')`,
    [conversationId],
  );
  return rows[0].n;
}

async function assertCounted({ conversationId }: Thread): Promise<void> {
  assert.equal(
    (await conversationOf(database.pool, conversationId)).unread_count,
    await recount(conversationId),
  );
}

// Without "for no key update" in tg_messages__track_conversation(), the trigger compares with the read_at from before
// its wait, and counts as unread what had arrived when the conversation was read.
test("a message that arrives while an agent reads counts as read if it came before read_at", async () => {
  const workspace = await aWorkspace(database.pool);
  const thread = await aConversation(database.pool, workspace);
  await hear(database.pool, workspace, thread, {});
  const { waited } = await overlapping(
    database.pool,
    (db) =>
      db.query("select from app_public.conversations where id = $1 for no key update", [
        thread.conversationId,
      ]),
    (db) => hear(db, workspace, thread, {}),
  );
  assert.ok(waited);
  await assertCounted(thread);

  // The reader has the lock, the message is stored behind it, then the reader reads the clock.
  const reader = await database.pool.connect();
  await reader.query("begin");
  await reader.query("select from app_public.conversations where id = $1 for no key update", [
    thread.conversationId,
  ]);
  const stored = await started(database.pool, (db) => hear(db, workspace, thread, {}));
  assert.ok(stored.waited);
  await markRead(thread)(reader);
  await reader.query("commit");
  reader.release();
  await stored.outcome;
  assert.equal((await conversationOf(database.pool, thread.conversationId)).unread_count, 0);
  await assertCounted(thread);
});

// Without "for no key update" in mark_read(), it knows only of what was unread before its wait: the count is reset, and
// the customer's message that was waited for gets no blue ticks.
test("an agent who reads while a message arrives also reads that message, and the customer is notified", async () => {
  const workspace = await aWorkspace(database.pool);
  const thread = await aConversation(database.pool, workspace);
  const { waited } = await overlapping(
    database.pool,
    (db) => hear(db, workspace, thread, {}),
    markRead(thread),
  );
  assert.ok(waited);
  await assertCounted(thread);
  const { rowCount } = await database.pool.query("select from graphile_worker.jobs where key = $1", [
    `mark_read:${thread.conversationId}`,
  ]);
  assert.equal(rowCount, 1);
});

// The row lock of the conversation: see above.
test("reading and writing all at once leaves a count that equals a recount", async () => {
  const workspace = await aWorkspace(database.pool);
  const thread = await aConversation(database.pool, workspace);
  for (let round = 0; round < 20; round++) {
    await atOnce<unknown>(database.pool, [
      (db) => hear(db, workspace, thread, {}),
      (db) => hear(db, workspace, thread, {}, {}),
      markRead(thread),
      async (db) => {
        await send(db, thread.conversationId);
      },
      (db) => hear(db, workspace, thread, {}),
    ]);
    await assertCounted(thread);
  }
});

// In any other order than "order by c.id" in tg_messages__track_conversation(), two statements about the same
// conversations each hold one that the other waits for.
test("statements that write to the same conversations in opposite order wait for each other", async () => {
  const workspace = await aWorkspace(database.pool);
  const ids: string[] = [];
  for (let number = 0; number < 8; number++)
    ids.push((await aConversation(database.pool, workspace)).conversationId);
  const write = (order: string[]) => (db: pg.PoolClient) =>
    db.query(
      `insert into app_public.messages (conversation_id, type, content)
       select id, 'text', '{"body": "Hello"}' from unnest($1::uuid[]) with ordinality o (id, n) order by n`,
      [order],
    );
  for (let round = 0; round < 25; round++)
    await atOnce(database.pool, [write(ids), write(ids.toReversed()), write(ids), write(ids.toReversed())]);
  const { rows } = await database.pool.query(
    "select count(*)::int as n from app_private.outbox where conversation_id = any ($1)",
    [ids],
  );
  assert.equal(rows[0].n, 8 * 4 * 25);
});

/** A team whose assignment is the given strategy, with this many members. */
async function aTeam({ tenantId }: Workspace, assignment: string, members: number): Promise<string> {
  const { rows } = await database.pool.query(
    "insert into app_public.teams (tenant_id, name, assignment) values ($1, 'Sales', $2) returning id",
    [tenantId, assignment],
  );
  for (let number = 0; number < members; number++)
    await database.pool.query(
      "insert into app_public.team_members (tenant_id, team_id, user_id) values ($1, $2, $3)",
      [tenantId, rows[0].id, (await aPerson(database.pool, tenantId, "agent")).userId],
    );
  return rows[0].id;
}

// Without "for no key update" of the team in choose_member(), the second chooses the member whom the first has chosen.
for (const strategy of ["round_robin", "least_busy"])
  test(`of two conversations that a team gets at once, each goes to another member: ${strategy}`, async () => {
    const workspace = await aWorkspace(database.pool);
    const teamId = await aTeam(workspace, strategy, 2);
    const threads = [
      await aConversation(database.pool, workspace),
      await aConversation(database.pool, workspace),
    ] as const;
    const give = (thread: Thread) => async (db: pg.PoolClient) =>
      (
        await db.query("select assignee_id from app_public.assign_conversation($1, team_id => $2)", [
          thread.conversationId,
          teamId,
        ])
      ).rows[0].assignee_id as string;
    const { first, second, waited } = await overlapping(database.pool, give(threads[0]), give(threads[1]));
    assert.ok(waited);
    assert.equal(second.status, "fulfilled");
    assert.notEqual(first, second.status === "fulfilled" && second.value);
  });

// Without "coalesce(c.assignee_id = v_user_id, true)" in claim_conversation(), which is checked again after the wait for
// the row, the second takes the conversation from the first.
test("of two agents who take a conversation at once, one has it and the other gets PYTAK", async () => {
  const workspace = await aWorkspace(database.pool);
  const { conversationId } = await aConversation(database.pool, workspace);
  const people = [
    await aPerson(database.pool, workspace.tenantId, "agent"),
    await aPerson(database.pool, workspace.tenantId, "agent"),
  ] as const;
  const take = (at: 0 | 1) => async (db: pg.PoolClient) => {
    await become(db, people[at]);
    await db.query("select app_public.claim_conversation($1)", [conversationId]);
  };
  const { second, waited } = await overlapping(database.pool, take(0), take(1));
  assert.ok(waited);
  assert.equal(second.status === "rejected" && second.reason.code, "PYTAK");
  assert.equal((await conversationOf(database.pool, conversationId)).assignee_id, people[0].userId);
});
