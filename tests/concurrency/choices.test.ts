import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aChannel, aWorkspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";
import { anActiveChatbot } from "../support/support_bot.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const activate = (versionId: string) => (db: pg.PoolClient) =>
  db.query("select app_private.activate_chatbot($1)", [versionId]);

// Without "for no key update" of the tenant in activate_chatbot(), the second does not see the first one's chatbot,
// and is refused by the unique index.
test("two chatbots activated at once: the later one is active, whether one was active before or not", async () => {
  for (const isOneActive of [true, false]) {
    const { tenantId } = await aWorkspace(database.pool);
    const one = await anActiveChatbot(database.pool, tenantId);
    const two = await anActiveChatbot(database.pool, tenantId);
    await anActiveChatbot(database.pool, tenantId);
    if (!isOneActive)
      await database.pool.query("update app_public.chatbots set status = 'draft' where tenant_id = $1", [
        tenantId,
      ]);
    const { second } = await overlapping(database.pool, activate(one.versionId), activate(two.versionId));
    assert.equal(second.status, "fulfilled");
    const { rows } = await database.pool.query(
      "select id from app_public.chatbots where tenant_id = $1 and status = 'active'",
      [tenantId],
    );
    assert.deepEqual(rows, [{ id: two.chatbotId }]);
  }
});

// Without "for no key update" in publish_chatbot(), both get the same number, and one is refused.
test("a chatbot published twice at once has two versions", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const { chatbotId } = await anActiveChatbot(database.pool, tenantId);
  const publish = async (db: pg.PoolClient) =>
    (await db.query("select number from app_private.publish_chatbot($1)", [chatbotId])).rows[0].number;
  const { first, second, waited } = await overlapping(database.pool, publish, publish);
  assert.ok(waited);
  assert.equal(first, 2);
  assert.deepEqual(second, { status: "fulfilled", value: 3 });
});

// Without "for no key update" of the tenant in tg_channels__choose_default(), the second does not see the first one's
// choice, and is refused by the unique index.
test("two channels chosen as the default at once: the later one is it", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const add = (isDefault: boolean) => (db: Pick<pg.ClientBase, "query">) =>
    aChannel(db, tenantId, { isDefault });
  const one = await add(false)(database.pool);
  const two = await add(false)(database.pool);
  const choose = (id: string) => (db: pg.PoolClient) =>
    db.query("update app_public.channels set is_default = true where id = $1", [id]);
  const chosen = await overlapping(database.pool, choose(one), choose(two));
  assert.equal(chosen.second.status, "fulfilled");
  const added = await overlapping(database.pool, choose(one), add(true));
  assert.equal(added.second.status, "fulfilled");
  const { rows } = await database.pool.query(
    "select count(*)::int as n from app_public.channels where tenant_id = $1 and is_default",
    [tenantId],
  );
  assert.deepEqual(rows, [{ n: 1 }]);
});

// The same lock: without it both think that they are the first.
test("a tenant's first two channels, connected at once: one is the default", async () => {
  const { rows: tenants } = await database.pool.query(
    "insert into app_public.tenants (slug, name) values ('two-channels', 'A') returning id",
  );
  const connect = (db: pg.PoolClient) => aChannel(db, tenants[0].id);
  const { second } = await overlapping(database.pool, connect, connect);
  assert.equal(second.status, "fulfilled");
});

// Without pg_advisory_xact_lock() in ensure_partitions(), the second finds a partition missing that the first is making.
test("two processes that make partitions at once: one makes them, the other finds them", async () => {
  const ensure = async (db: pg.PoolClient) =>
    (await db.query("select app_private.ensure_partitions(6) as name")).rows.length;
  const { first, second, waited } = await overlapping(database.pool, ensure, ensure);
  assert.ok(waited);
  assert.ok(first > 0);
  assert.deepEqual(second, { status: "fulfilled", value: 0 });
});
