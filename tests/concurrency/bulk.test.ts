import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, become, type Person } from "../support/people.ts";
import { atOnce, overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function aBusyWorkspace(count: number) {
  const workspace = await aWorkspace(database.pool);
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const threads = [];
  while (threads.length < count) threads.push(await aConversation(database.pool, workspace));
  return { workspace, agent, threads, ids: threads.map(({ conversationId }) => conversationId) };
}

const call =
  (agent: Person, sql: string, ...values: unknown[]) =>
  async (db: pg.PoolClient) => {
    await become(db, agent);
    return (await db.query(sql, values)).rows;
  };

// Without the locks in the order of ids, each waits for a conversation that the other one has.
test("requests about the same conversations, in opposite orders, do not deadlock", async () => {
  const { workspace, agent, threads, ids } = await aBusyWorkspace(30);
  const contacts = threads.map(({ contactId }) => contactId);
  const { rows } = await database.pool.query(
    "insert into app_public.tags (tenant_id, name) values ($1, 'VIP') returning id",
    [workspace.tenantId],
  );
  const tag = rows[0].id;
  const steps = [ids, ids.toReversed()].flatMap((order, at) => [
    call(agent, "select * from app_public.close_conversations($1)", order),
    call(agent, "select * from app_public.assign_conversations($1, $2)", order, agent.userId),
    call(agent, "select * from app_public.mark_conversations_read($1)", order),
    call(agent, "select * from app_public.tag_contacts($1, $2)", at ? contacts : contacts.toReversed(), tag),
    call(
      agent,
      "select * from app_public.untag_contacts($1, $2)",
      at ? contacts.toReversed() : contacts,
      tag,
    ),
  ]);
  const outcomes = await atOnce(database.pool, steps);
  assert.equal(outcomes.flat().length, steps.length * ids.length);
  assert.deepEqual(
    outcomes.flat().filter(({ code }) => code !== null),
    [],
  );
});

// Without "for no key update" in lock_conversations(), the second would snooze what the first has closed.
test("what is decided of a conversation is decided after its lock", async () => {
  const { agent, ids } = await aBusyWorkspace(2);
  const { second, waited } = await overlapping(
    database.pool,
    call(agent, "select * from app_public.close_conversations($1)", ids.slice(0, 1)),
    call(agent, "select id, code from app_public.snooze_conversations($1)", ids),
  );
  assert.ok(waited);
  assert.ok(second.status === "fulfilled");
  assert.deepEqual(second.value, [
    { id: ids[0], code: "PYREQ" },
    { id: ids[1], code: null },
  ]);
});
