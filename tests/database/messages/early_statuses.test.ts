import assert from "node:assert/strict";
import type pg from "pg";
import { aWamid, send } from "../../support/messages.ts";
import { applyStatuses, claim, record, statusFor, statusOf } from "../../support/outbox.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function waiting(db: pg.PoolClient): Promise<number> {
  return (await db.query("select from app_private.early_statuses")).rowCount ?? 0;
}

async function aMessageUnderWay(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const message_id = await send(db, conversationId);
  await claim(db);
  return { workspace, message_id, wamid: aWamid() };
}

story("statuses without our id that overtake the answer wait for it, and are applied then", async (db) => {
  const { workspace, message_id, wamid } = await aMessageUnderWay(db);
  const delivered = statusFor(workspace, "delivered", {
    provider_message_id: wamid,
    pricing: { category: "service" },
  });
  await applyStatuses(db, delivered, statusFor(workspace, "sent", { provider_message_id: wamid }));
  await applyStatuses(db, delivered);
  assert.equal(await waiting(db), 2);
  assert.equal((await statusOf(db, message_id)).status, "sending");

  await record(db, { message_id, kind: "sent", provider_message_id: wamid });
  const row = await statusOf(db, message_id);
  assert.equal(row.status, "delivered");
  assert.equal(row.delivered_at.toISOString(), delivered.occurred_at);
  assert.deepEqual(row.pricing, { category: "service" });
  assert.equal(await waiting(db), 0);
});

story("a failure that overtakes the answer keeps its error", async (db) => {
  const { workspace, message_id, wamid } = await aMessageUnderWay(db);
  await applyStatuses(
    db,
    statusFor(workspace, "failed", { provider_message_id: wamid, error: { code: "131026", title: "No" } }),
  );
  await record(db, { message_id, kind: "sent", provider_message_id: wamid });
  const row = await statusOf(db, message_id);
  assert.deepEqual([row.status, row.error_code], ["failed", "131026"]);
});

story("another channel's status with the same id is not ours", async (db) => {
  const { message_id, wamid } = await aMessageUnderWay(db);
  const other = await aWorkspace(db);
  await applyStatuses(db, statusFor(other, "read", { provider_message_id: wamid }));
  await record(db, { message_id, kind: "sent", provider_message_id: wamid });
  assert.equal((await statusOf(db, message_id)).status, "sent");
  assert.equal(await waiting(db), 1);
});

story("one that was stored while the id was being stored is found by the reconciler", async (db) => {
  const { workspace, message_id, wamid } = await aMessageUnderWay(db);
  await record(db, { message_id, kind: "sent", provider_message_id: wamid });
  await db.query(
    "insert into app_private.early_statuses (channel_id, provider_message_id, status, occurred_at) values ($1, $2, 'read', now())",
    [workspace.channelId, wamid],
  );
  await db.query("select app_private.reconcile_outbox()");
  assert.equal((await statusOf(db, message_id)).status, "read");
  assert.equal(await waiting(db), 0);
});

story("a status whose message never appears is dropped after eight days", async (db) => {
  const { workspace } = await aMessageUnderWay(db);
  await applyStatuses(db, statusFor(workspace, "read", { provider_message_id: "wamid.of-nobody" }));
  await db.query("select app_private.delete_old_rows()");
  assert.equal(await waiting(db), 1);
  await db.query("update app_private.early_statuses set created_at = now() - interval '8 days 1 second'");
  await db.query("select app_private.delete_old_rows()");
  assert.equal(await waiting(db), 0);
});
