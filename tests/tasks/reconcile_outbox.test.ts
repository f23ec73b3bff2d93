import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { isThere, messageState, say, untilMessageState } from "../support/outbound.ts";
import { aConversation } from "../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";

/** Messages whose outcome no status tells, after the time that statuses are waited for. */

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { sandbox: { enforcesWindow: false } });
});
after(async () => {
  await program.stop();
  await database.drop();
});

const timesSent = (messageId: string) =>
  program.sandbox.ledger.sent.filter(({ callbackData }) => callbackData === messageId).length;

async function forgotten(policy: "fail" | "resend"): Promise<{ id: string; workspace: ConnectedWorkspace }> {
  const workspace = await program.connectedWorkspace();
  const thread = await aConversation(database.pool, workspace);
  await database.pool.query("update app_public.channels set uncertain_policy = $2 where id = $1", [
    workspace.channelId,
    policy,
  ]);
  program.sandbox.faults.add({ kind: "cut" }, { recipient: thread.phone.slice(1), times: 1 });
  const [id] = await say(database.pool, thread, "hello");
  await untilMessageState(database.pool, id!, ({ state }) => state === "uncertain");
  return { id: id!, workspace };
}

/** Eleven minutes pass; webhooks came in the meantime, or did not. */
async function elevenMinutesLater(
  { workspace, id }: { workspace: ConnectedWorkspace; id: string },
  isHeard: boolean,
) {
  await database.pool.query(
    "update app_private.outbox set uncertain_at = now() - interval '11 minutes' where message_id = $1",
    [id],
  );
  await database.pool.query(
    "update app_private.channel_states set last_webhook_at = now() - make_interval(mins => $2) where channel_id = $1",
    [workspace.channelId, isHeard ? 0 : 11],
  );
  await database.pool.query("select graphile_worker.add_job('reconcile_outbox')");
}

test("what stays uncertain is failed by policy: never sent twice", async () => {
  const lost = await forgotten("fail");
  await elevenMinutesLater(lost, true);
  const fate = await untilMessageState(database.pool, lost.id, ({ status }) => status === "failed");
  assert.equal(fate.error_code, "PYUNC");
  assert.equal(timesSent(lost.id), 0);
});

test("or sent once more by policy: never lost", async () => {
  const lost = await forgotten("resend");
  await elevenMinutesLater(lost, true);
  await untilMessageState(database.pool, lost.id, isThere);
  assert.equal(timesSent(lost.id), 1);
});

test("while no webhooks arrive, a missing status does not count as a failure", async () => {
  const lost = await forgotten("fail");
  await elevenMinutesLater(lost, false);
  const other = await forgotten("fail");
  await elevenMinutesLater(other, true);
  await untilMessageState(database.pool, other.id, ({ status }) => status === "failed");
  assert.equal((await messageState(database.pool, lost.id)).state, "uncertain");
});
