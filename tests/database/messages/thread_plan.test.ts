import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aConversation, aPerson, aWorkspace, become, type Person } from "../../support/people.ts";
import { rowsRead } from "../../support/plan.ts";
import { rolledBack } from "../../support/transaction.ts";

/** 200 conversations with 1,000 messages each; every second one is outbound, every tenth has been edited. */
const CONVERSATIONS = 200;
const MESSAGES = 200_000;
const PAGE = 50;

let database: TestDatabase;
let agent: Person;
let conversationId: string;
before(async () => {
  database = await createTestDatabase();
  const workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const ids: string[] = [];
  for (let n = 0; n < CONVERSATIONS; n++)
    ids.push((await aConversation(database.pool, workspace)).conversationId);
  conversationId = ids[0]!;
  await rolledBack(database.pool, async (db) => {
    await db.query("set local session_replication_role = replica");
    await db.query(
      `with message as (
         insert into app_public.messages (tenant_id, conversation_id, direction, author, type, content, preview, user_id, metadata)
         select
           $1, ($2::uuid[])[n % cardinality($2::uuid[]) + 1],
           (case when n % 400 < 200 then 'inbound' else 'outbound' end)::app_public.message_direction,
           (case when n % 400 < 200 then 'contact' else 'user' end)::app_public.message_author,
           'text', '{"body": "Hello"}', 'Hello', case when n % 400 >= 200 then $4::uuid end, '{}'
         from generate_series(1, $3::int) n
         returning *
       ),
       status as (
         insert into app_public.message_statuses (tenant_id, message_id, channel_id, author, status)
         select tenant_id, id, $5, author, 'sent' from message where direction = 'outbound'
       )
       insert into app_public.message_changes (tenant_id, id, message_hash, message_id, type, is_inbound, author, content, occurred_at)
       select tenant_id, gen_random_uuid(), id, id, 'edit', direction = 'inbound', author, '{"body": "Hi"}', occurred_at
       from message
       where ('x' || right(id::text, 2))::bit(8)::int < 26`,
      [workspace.tenantId, ids, MESSAGES, agent.userId, workspace.channelId],
    );
    await db.query("commit; begin");
  });
  await database.pool.query("analyze");
});
after(() => database.drop());

/** As the API reads a page. Relations are subselects, so that they are computed for the rows of the page only. */
const THREAD = `
  select
    m.id,
    array(select s.status from app_public.messages_message_status(m) s),
    array(select c.current_preview from app_public.messages_current(m) c),
    array(select e.content from app_public.messages_edits(m) e),
    array(select r.emoji from app_public.messages_reactions(m) r),
    array(select q.preview from app_public.messages_quoted_message(m) q),
    array(select u.name from app_public.messages_user(m) u)
  from app_public.messages m
  where m.conversation_id = $1 and m.type <> all ($2::app_public.message_type[])
  order by m.id desc
  limit ${PAGE}`;
const CHANGES = ["reaction", "edit", "revoke"];

for (const table of ["message_statuses", "message_changes", "users"])
  test(`a page of a thread reads of ${table} what belongs to its messages`, () =>
    rolledBack(database.pool, async (db) => {
      await become(db, agent);
      const read = await rowsRead(db, table, THREAD, [conversationId, CHANGES]);
      assert.ok(read > 0 && read <= 2 * PAGE, `${read}`);
    }));

test("a page of the newest messages of a tenant reads no more statuses than it has messages", () =>
  rolledBack(database.pool, async (db) => {
    await become(db, agent);
    const read = await rowsRead(
      db,
      "message_statuses",
      `select m.id, array(select s.status from app_public.messages_message_status(m) s)
       from app_public.messages m
       where m.id >= app_hidden.uuid_v7_floor(now() - interval '1 day')
       order by m.id desc
       limit 101`,
    );
    assert.ok(read > 0 && read <= 101, `${read}`);
  }));
