import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function aChatbot(db: pg.PoolClient, tenantId: string, name = "Bot"): Promise<string> {
  const { rows } = await db.query(
    `insert into app_public.chatbots (tenant_id, name, nodes) values ($1, $2, '[{"id": "a"}]') returning id`,
    [tenantId, name],
  );
  return rows[0].id;
}

const publish = async (db: pg.PoolClient, chatbotId: string) =>
  (await db.query("select * from app_private.publish_chatbot($1)", [chatbotId])).rows[0];

const activate = (db: pg.PoolClient, versionId: string) =>
  db.query("select * from app_private.activate_chatbot($1)", [versionId]);

const activeOf = async (db: pg.PoolClient, tenantId: string) =>
  (
    await db.query(
      "select id, active_version_id from app_public.chatbots where tenant_id = $1 and status = 'active'",
      [tenantId],
    )
  ).rows;

story("publishing freezes the draft under the next number; the draft goes on", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const id = await aChatbot(db, tenantId);
  const first = await publish(db, id);
  await db.query(`update app_public.chatbots set nodes = '[{"id": "b"}]' where id = $1`, [id]);
  const second = await publish(db, id);
  assert.deepEqual([first.number, second.number], [1, 2]);
  assert.deepEqual([first.nodes, second.nodes], [[{ id: "a" }], [{ id: "b" }]]);
  assert.equal(first.tenant_id, tenantId);
  const { rows } = await db.query("select nodes from app_public.chatbot_versions where id = $1", [first.id]);
  assert.deepEqual(rows[0].nodes, [{ id: "a" }]);
});

story(
  "activating one chatbot deactivates the other one of the tenant, and none of other tenants",
  async (db) => {
    const ours = await aWorkspace(db);
    const theirs = await aWorkspace(db);
    const their = await publish(db, await aChatbot(db, theirs.tenantId));
    await activate(db, their.id);
    const one = await publish(db, await aChatbot(db, ours.tenantId, "One"));
    const two = await publish(db, await aChatbot(db, ours.tenantId, "Two"));
    await activate(db, one.id);
    await activate(db, two.id);
    assert.deepEqual(await activeOf(db, ours.tenantId), [{ id: two.chatbot_id, active_version_id: two.id }]);
    await activate(db, one.id);
    assert.deepEqual(await activeOf(db, ours.tenantId), [{ id: one.chatbot_id, active_version_id: one.id }]);
    assert.equal((await activeOf(db, theirs.tenantId)).length, 1);
  },
);

story("an older version can be activated again", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const id = await aChatbot(db, tenantId);
  const [first, second] = [await publish(db, id), await publish(db, id)];
  await activate(db, second.id);
  await activate(db, first.id);
  assert.deepEqual(await activeOf(db, tenantId), [{ id, active_version_id: first.id }]);
});

story("a chatbot that does not exist can be neither published nor activated: PYNFD", async (db) => {
  const nowhere = "0190f0e0-0000-7000-8000-000000000001";
  assert.equal(await refusal(db, () => activate(db, nowhere)), "PYNFD");
  assert.equal(await refusal(db, () => publish(db, nowhere)), "PYNFD");
});

story(
  "several chatbots are active when that is asked for; an active one without a version cannot be stored",
  async (db) => {
    const { tenantId } = await aWorkspace(db);
    const one = await publish(db, await aChatbot(db, tenantId, "One"));
    const two = await publish(db, await aChatbot(db, tenantId, "Two"));
    await activate(db, one.id);
    await db.query("select app_private.activate_chatbot($1, is_exclusive := false)", [two.id]);
    assert.equal((await activeOf(db, tenantId)).length, 2);
    await activate(db, one.id);
    assert.equal((await activeOf(db, tenantId)).length, 1);
    await aChatbot(db, tenantId, "Three");
    const bare = () => db.query("update app_public.chatbots set status = 'active' where name = 'Three'");
    assert.equal(await refusal(db, bare), "23514");
  },
);

story(
  "an admin deletes a chatbot with its versions, even the active one; an agent only looks",
  async (db) => {
    const { tenantId } = await aWorkspace(db);
    const version = await publish(db, await aChatbot(db, tenantId));
    await activate(db, version.id);
    const admin = await aPerson(db, tenantId, "admin");
    await become(db, await aPerson(db, tenantId, "agent"));
    assert.equal((await db.query("delete from app_public.chatbots")).rowCount, 0);
    await become(db, admin);
    assert.equal((await db.query("delete from app_public.chatbots")).rowCount, 1);
    await db.query("set constraints all immediate");
    assert.equal((await db.query("select from app_public.chatbot_versions")).rowCount, 0);
  },
);
