import assert from "node:assert/strict";
import type pg from "pg";
import { send } from "../../support/messages.ts";
import { applyStatuses, claim, statusFor } from "../../support/outbox.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const NO_ACCOUNT = { code: "131026", title: "Message undeliverable" };

const statusOf = async (db: pg.PoolClient, { contactId }: Thread): Promise<string> =>
  (await db.query("select status from app_public.contacts where id = $1", [contactId])).rows[0].status;

/** A contact who has never written, or did so some days ago, and a message to whom has failed. */
async function anUndeliverable(
  db: pg.PoolClient,
  { status = "active", heardDaysAgo = null as number | null, code = "131026" } = {},
): Promise<{ workspace: Workspace; thread: Thread }> {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  await db.query("update app_public.contacts set status = $2 where id = $1", [thread.contactId, status]);
  await db.query(
    `update app_public.conversations set last_customer_message_at = now() - $2 * interval '1 day' where id = $1`,
    [thread.conversationId, heardDaysAgo],
  );
  const id = await send(db, thread.conversationId);
  await claim(db);
  await applyStatuses(db, statusFor(workspace, "failed", { message_id: id, error: { ...NO_ACCOUNT, code } }));
  return { workspace, thread };
}

story(
  "a number without an account makes its contact invalid, unless staff or the customer say more",
  async (db) => {
    for (const [given, expected] of [
      [{}, "invalid"],
      [{ heardDaysAgo: 60 }, "invalid"],
      [{ heardDaysAgo: 2 }, "active"],
      [{ code: "131047" }, "active"],
      [{ status: "inactive" }, "inactive"],
    ] as const)
      assert.equal(await statusOf(db, (await anUndeliverable(db, given)).thread), expected);
  },
);

story("a message that is delivered makes it active again", async (db) => {
  const sent = await anUndeliverable(db);
  const id = await send(db, sent.thread.conversationId);
  await db.query("select app_private.reactivate_contacts()");
  assert.equal(await statusOf(db, sent.thread), "invalid");
  await claim(db);
  await applyStatuses(db, statusFor(sent.workspace, "delivered", { message_id: id }));
  await db.query("select app_private.reactivate_contacts()");
  assert.equal(await statusOf(db, sent.thread), "active");
});
