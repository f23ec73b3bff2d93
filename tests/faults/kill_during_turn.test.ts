import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ECHO_BOT } from "../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aMortal, type Mortal } from "../support/mortal.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { until } from "../support/until.ts";

/** The worker that takes turns dies; the webhooks go to another process, which lives. */

let database: TestDatabase;
let program: TestProgram;
let mortal: Mortal;
before(async () => {
  database = await createTestDatabase();
  mortal = await aMortal(database.ownerUrl);
  program = await startProgram(database, { withWorker: false });
});
after(async () => {
  await mortal.kill();
  await program.stop();
  await database.drop();
});

const count = async (from: string, ...values: unknown[]): Promise<number> =>
  (await database.pool.query(`select count(*)::int as n from ${from}`, values)).rows[0].n;

test("kill -9 in the middle of a turn: the turn happens once", async (t) => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const phone = program.sandbox.customer({ phone: "15557650001", name: "Ann" }, workspace.phoneNumberId);
  const heard = () => phone.received.map(({ content }) => (content as { body: string }).body);
  await mortal.start();
  await phone.say("hello");
  await until("the question", () => heard().length === 1);

  // The middle of a turn: played, its messages not yet written. There it stays while this table is held.
  const holder = await database.pool.connect();
  t.after(() => holder.release(true));
  await holder.query("begin; lock table app_public.conversation_contexts in share mode");
  await phone.say("one");
  await until("the turn to be under way", () =>
    count(
      "pg_stat_activity where wait_event_type = 'Lock' and query like '%save_chatbot_turns%' and datname = current_database()",
    ),
  );
  await mortal.kill();
  await holder.query("commit");
  // Its connection notices once the statement is done, and everything of the turn is rolled back, events included.
  await until("the dead one's transaction to end", async () => {
    const left = await count(
      "pg_stat_activity where query like '%save_chatbot_turns%' and pid <> pg_backend_pid() and datname = current_database()",
    );
    return left === 0;
  });
  const outbound = "app_public.messages where tenant_id = $1 and direction = 'outbound'";
  assert.equal(await count(outbound, workspace.tenantId), 1, "nothing of the turn is there");
  assert.equal(await count("app_private.chatbot_events where tenant_id = $1", workspace.tenantId), 1);

  await mortal.start();
  await until("the answer", () => heard().length >= 3);
  await phone.say("two");
  await until("the next answer", () => heard().length >= 5);
  assert.deepEqual(heard(), ["Next?", "You said one", "Next?", "You said two", "Next?"]);
  assert.equal(await count(outbound, workspace.tenantId), 5);
  assert.equal(await count("app_public.conversation_contexts where tenant_id = $1", workspace.tenantId), 1);
});
