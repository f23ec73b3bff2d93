import assert from "node:assert/strict";
import type pg from "pg";
import { send } from "../../support/messages.ts";
import { applyStatuses, claim, outboxOf, record, statusFor, statusOf } from "../../support/outbox.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const reconcile = async (db: pg.PoolClient) =>
  (await db.query("select * from app_private.reconcile_outbox('10 minutes')")).rows[0];

/** Time passes for what is uncertain; webhooks were flowing all the while unless told otherwise. */
async function minutesPass(db: pg.PoolClient, minutes: number, { webhooksFlow = true } = {}): Promise<void> {
  await db.query("update app_private.outbox set uncertain_at = uncertain_at - make_interval(mins => $1)", [
    minutes,
  ]);
  if (webhooksFlow) await db.query("update app_private.channel_states set last_webhook_at = now()");
}

async function anUncertainMessage(db: pg.PoolClient, policy = "fail") {
  const workspace = await aWorkspace(db);
  await db.query("update app_public.channels set uncertain_policy = $2 where id = $1", [
    workspace.channelId,
    policy,
  ]);
  const { conversationId } = await aConversation(db, workspace);
  const message_id = await send(db, conversationId);
  assert.deepEqual(await claim(db), [message_id]);
  await record(db, { message_id, kind: "uncertain" });
  assert.equal((await statusOf(db, message_id)).status, "uncertain");
  return { workspace, conversationId, message_id };
}

story(
  "a sender that dies leaves its message uncertain when the lease has ended, and not before",
  async (db) => {
    const { conversationId } = await aConversation(db, await aWorkspace(db));
    const message_id = await send(db, conversationId);
    await claim(db, 1, "1 minute");
    assert.equal((await reconcile(db)).orphaned, 0);
    await db.query("update app_private.outbox set lease_until = clock_timestamp() - interval '1 second'");
    assert.equal((await reconcile(db)).orphaned, 1);
    assert.equal((await outboxOf(db, message_id)).state, "uncertain");
    assert.equal((await statusOf(db, message_id)).status, "uncertain");
    assert.deepEqual(await claim(db), [], "it is never sent again in silence");
  },
);

story(
  "the policy fail: the message fails with a reason when webhooks arrived and none reported it",
  async (db) => {
    const { message_id } = await anUncertainMessage(db);
    await minutesPass(db, 9);
    assert.deepEqual(await reconcile(db), { orphaned: 0, resent: 0, failed: 0 });
    await minutesPass(db, 2);
    assert.deepEqual(await reconcile(db), { orphaned: 0, resent: 0, failed: 1 });
    const row = await statusOf(db, message_id);
    assert.deepEqual([row.status, row.error_code], ["failed", "PYUNC"]);
    assert.equal(await outboxOf(db, message_id), undefined);
  },
);

story("the policy resend: once more, and no third time", async (db) => {
  const { message_id } = await anUncertainMessage(db, "resend");
  await minutesPass(db, 11);
  assert.deepEqual(await reconcile(db), { orphaned: 0, resent: 1, failed: 0 });
  assert.deepEqual(await claim(db), [message_id]);
  await record(db, { message_id, kind: "uncertain" });
  await minutesPass(db, 11);
  assert.deepEqual(await reconcile(db), { orphaned: 0, resent: 0, failed: 1 });
});

story(
  "while no webhooks arrive, a missing status does not count: the message stays uncertain",
  async (db) => {
    for (const policy of ["fail", "resend"]) {
      const { message_id } = await anUncertainMessage(db, policy);
      await minutesPass(db, 600, { webhooksFlow: false });
      assert.deepEqual(await reconcile(db), { orphaned: 0, resent: 0, failed: 0 });
      assert.equal((await statusOf(db, message_id)).status, "uncertain");
    }
  },
);

story("a status decides the outcome at any time: sent or failed", async (db) => {
  for (const word of ["sent", "delivered", "failed"] as const) {
    const { workspace, message_id } = await anUncertainMessage(db);
    await applyStatuses(db, statusFor(workspace, word, { message_id }));
    assert.equal((await statusOf(db, message_id)).status, word);
    assert.equal(await outboxOf(db, message_id), undefined);
  }
});

story("a message that was failed by policy but arrived is no longer failed", async (db) => {
  const { workspace, message_id } = await anUncertainMessage(db);
  await minutesPass(db, 11);
  await reconcile(db);
  await applyStatuses(db, statusFor(workspace, "delivered", { message_id }));
  assert.equal((await statusOf(db, message_id)).status, "delivered");
});

story("with the policy fail it delays the next message by a minute", async (db) => {
  const { conversationId } = await anUncertainMessage(db);
  const next = await send(db, conversationId);
  await reconcile(db);
  assert.deepEqual(await claim(db), []);
  await minutesPass(db, 2);
  await reconcile(db);
  assert.deepEqual(await claim(db), [next]);
});

story(
  "with the policy resend it delays the next message until its outcome is known, so that their order is kept",
  async (db) => {
    const { conversationId, message_id } = await anUncertainMessage(db, "resend");
    const next = await send(db, conversationId);
    await minutesPass(db, 5);
    await reconcile(db);
    assert.deepEqual(await claim(db), []);
    await minutesPass(db, 6);
    await reconcile(db);
    assert.deepEqual(await claim(db), [message_id]);
    await record(db, { message_id, kind: "sent" });
    assert.deepEqual(await claim(db), [next]);
  },
);

story("a second run changes nothing", async (db) => {
  await anUncertainMessage(db);
  await minutesPass(db, 11);
  await reconcile(db);
  assert.deepEqual(await reconcile(db), { orphaned: 0, resent: 0, failed: 0 });
});
