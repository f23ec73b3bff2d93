import assert from "node:assert/strict";
import type pg from "pg";
import { send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

/** A message that was sent with a key, as its row. */
async function aMessageWithKey(db: pg.PoolClient, key: string) {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  const { rows } = await db.query(
    `select to_jsonb(m) as row from app_public.send_message($1, '{"body": "Hi"}', idempotency_key => $2) m`,
    [conversationId, key],
  );
  await becomeOwner(db);
  return { workspace, conversationId, agent, row: rows[0].row };
}

async function keyOf(db: pg.PoolClient, row: object): Promise<string | null> {
  const { rows } = await db.query(
    "select app_public.messages_idempotency_key(jsonb_populate_record(null::app_public.messages, $1)) as key",
    [row],
  );
  return rows[0].key;
}

story("members see the key of a message for as long as it is remembered", async (db) => {
  const { workspace, conversationId, row } = await aMessageWithKey(db, "bubble 1");
  const without = await send(db, conversationId);
  await become(db, await aPerson(db, workspace.tenantId, "viewer"));
  assert.equal(await keyOf(db, row), "bubble 1");
  assert.equal(await keyOf(db, { ...row, id: without }), null);
  await becomeOwner(db);
  assert.equal(await keyOf(db, row), "bubble 1");
  await db.query("update app_private.idempotency_keys set created_at = now() - interval '9 days'");
  await db.query("select app_private.delete_old_rows()");
  assert.equal(await keyOf(db, row), null);
});

story("a row that was made up shows no key of another tenant", async (db) => {
  const { row } = await aMessageWithKey(db, "bubble 1");
  const other = await aMessageWithKey(db, "bubble 2");
  await become(db, other.agent);
  assert.equal(await keyOf(db, row), null);
  assert.equal(await keyOf(db, { ...row, tenant_id: other.workspace.tenantId }), null);
  assert.equal(await keyOf(db, other.row), "bubble 2");
});
