import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ECHO_BOT } from "../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type KillableProcess, startKillableProcess } from "../support/killable_process.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { until } from "../support/until.ts";

/** The worker that takes turns dies; the webhooks go to another process, which lives. */

let database: TestDatabase;
let program: TestProgram;
let killable: KillableProcess;
before(async () => {
  database = await createTestDatabase();
  killable = await startKillableProcess(database.ownerUrl);
  program = await startProgram(database, { withWorker: false });
});
after(async () => {
  await killable.kill();
  await program.stop();
  await database.drop();
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

/** Somebody holds a table, so that the worker's turn stops where it needs it; there the worker is killed. */
async function killedWhere(lock: string, doing: string, cause: () => unknown): Promise<void> {
  const holder = await database.pool.connect();
  try {
    await holder.query(`begin; lock table ${lock}`);
    cause();
    const ofMortal = "datname = current_database() and application_name = 'parley worker'";
    await until(`the turn to be stopped at ${doing}`, async () => {
      const rows = await query(
        `select from pg_stat_activity where ${ofMortal} and wait_event_type = 'Lock' and query like $1`,
        `%${doing}%`,
      );
      return rows.length > 0;
    });
    await killable.kill();
    await holder.query("commit");
    // A backend notices that nobody is there when it has done what it was told.
    await until("the dead one's connections to end", async () => {
      return (await query(`select from pg_stat_activity where ${ofMortal}`)).length === 0;
    });
  } finally {
    holder.release(true);
  }
}

test("kill -9 in the middle of a turn: the turn happens once", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const phone = program.sandbox.customer({ phone: "15557650001", name: "Ann" }, workspace.phoneNumberId);
  const said = async () =>
    (
      await query(
        `select content ->> 'body' as body from app_public.messages
         where tenant_id = $1 and direction = 'outbound' order by created_at, id`,
        workspace.tenantId,
      )
    ).map(({ body }) => body);
  const events = () =>
    query("select from app_private.chatbot_events where tenant_id = $1", workspace.tenantId);

  // Taken, and not played: the version is being read. Everything of the turn is rolled back.
  await killable.start();
  await killedWhere("app_public.chatbot_versions", "chatbot_versions", () => phone.say("hello"));
  assert.deepEqual(await said(), []);
  assert.equal((await events()).length, 1);
  await killable.start();
  await until("the question", () => phone.received.length === 1);

  // Played, and being written. Whether the commit had been sent along with it: all of the turn, or nothing.
  await killedWhere("app_public.conversation_contexts in share mode", "save_chatbot_turns", () =>
    phone.say("one"),
  );
  const isDone = (await events()).length === 0;
  // What it was at is known: the next process that has to take this event knows that it is a second try.
  const tries = await query(
    "select from app_private.chatbot_events e join app_private.chatbot_turn_takers t on e.id = any (t.event_ids)",
  );
  assert.equal(tries.length, isDone ? 0 : 1);
  const turn = ["You said one", "Next?"];
  assert.deepEqual(await said(), isDone ? ["Next?", ...turn] : ["Next?"]);
  await killable.start();
  await until("the turn", async () => (await said()).length >= 3);
  phone.say("two");
  await until("the next turn", async () => (await said()).length >= 5);
  await until("nothing to be waiting", async () => (await events()).length === 0);
  assert.deepEqual(await said(), ["Next?", ...turn, "You said two", "Next?"]);
  const runs = await query(
    "select from app_public.conversation_contexts where tenant_id = $1",
    workspace.tenantId,
  );
  assert.equal(runs.length, 1);
});
