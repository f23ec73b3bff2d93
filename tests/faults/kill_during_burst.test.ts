import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../sandbox/random.ts";
import { ECHO_BOT } from "../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type KillableProcess, startKillableProcess } from "../support/killable_process.ts";
import { say } from "../support/outbound.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { until } from "../support/until.ts";

/**
 * kill -9 of the process that receives, answers and sends, several times during a burst of 2,000 webhooks, chatbots'
 * answers and agents' messages; the provider redelivers what was not acknowledged. PARLEY_SEED repeats a run.
 */
const seed = Number(process.env.PARLEY_SEED ?? Date.now() % 1_000_000);
const KILLS = 4;
const INBOUND = 2000;
const CUSTOMERS = 200;
/** Those of them who talk to a chatbot. */
const BOT_CUSTOMERS = 60;
const AGENT_MESSAGES = 400;

let database: TestDatabase;
let program: TestProgram;
let killable: KillableProcess;
before(async () => {
  database = await createTestDatabase();
  killable = await startKillableProcess(database.ownerUrl);
  program = await startProgram(database, {
    withWorker: false,
    sandbox: {
      seed,
      enforcesWindow: false,
      delivery: { retryDelaysMs: Array(200).fill(150), timeoutMs: 5000 },
    },
  });
});
after(async () => {
  await killable.kill();
  await program.stop();
  await database.drop();
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

/** A workspace whose webhooks go to the process that is killed. */
async function aWorkspaceOfTheMortal(): Promise<ConnectedWorkspace> {
  const workspace = await program.connectedWorkspace();
  program.sandbox.addNumber({
    phoneNumberId: workspace.phoneNumberId,
    businessAccountId: workspace.businessAccountId,
    displayPhoneNumber: "15550001111",
    accessToken: workspace.accessToken,
    appSecret: workspace.appSecret,
    verifyToken: workspace.verifyToken,
    webhookUrl: `${killable.url}/webhooks/whatsapp/${workspace.channelId}`,
    messagesPerSecond: 10_000,
  });
  return workspace;
}

/** The leases of the dead run out (a living sender has its answer within two seconds), and a minute passes. */
async function timePasses(): Promise<void> {
  await query(
    "update app_private.outbox set lease_until = now() where state = 'sending' and lease_until < now() + interval '58 seconds'",
  );
  await query("select app_private.reconcile_outbox()");
  await query(
    "update app_private.outbox set uncertain_at = now() - interval '2 minutes' where state = 'uncertain'",
  );
  await query("select app_private.reconcile_outbox()");
}

test(`kill -9 during a burst (seed ${seed})`, { timeout: 100_000 }, async () => {
  const [botTenant, agentTenant] = [await aWorkspaceOfTheMortal(), await aWorkspaceOfTheMortal()];
  await anActiveChatbot(database.pool, botTenant.tenantId, ECHO_BOT);
  const phones = Array.from({ length: CUSTOMERS }, (_, at) =>
    program.sandbox.customer(
      { phone: `1555800${String(at).padStart(4, "0")}`, name: `Customer ${at}` },
      (at < BOT_CUSTOMERS ? botTenant : agentTenant).phoneNumberId,
    ),
  );
  await killable.start();

  const talking = (async () => {
    for (let at = 0; at < INBOUND; at += 1) {
      phones[at % CUSTOMERS]!.say(`text ${Math.floor(at / CUSTOMERS)}`);
      if (at % 10 === 9) await delay(15);
    }
  })();
  const answering = (async () => {
    for (let sent = 0; sent < AGENT_MESSAGES; ) {
      const threads = await query(
        "select id from app_public.conversations where tenant_id = $1 order by random() limit 10",
        agentTenant.tenantId,
      );
      for (const { id } of threads) {
        await say(database.pool, { conversationId: id }, `answer ${sent}`);
        sent += 1;
      }
      await delay(60);
    }
  })();
  const random = seededRandom(seed);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await delay(300 + random() * 900);
    await killable.kill();
    await killable.start();
  }
  await Promise.all([talking, answering]);

  await until("every webhook to be acknowledged", () => program.sandbox.webhooks.pending === 0, 40_000);
  await until(
    "everything to be settled",
    async () => {
      await timePasses();
      const [row] = await query(
        `select (select count(*)::int from app_private.chatbot_events) as events,
           (select count(*)::int from app_private.outbox where state <> 'uncertain') as outbox`,
      );
      await query("select graphile_worker.add_job('reconcile_outbox', job_key := 'test')");
      await delay(100);
      return program.sandbox.webhooks.pending === 0 && row.events === 0 && row.outbox === 0;
    },
    30_000,
  );

  await assertInbound();
  await assertCounters();
  await assertOutbound();
  await assertAnswers(botTenant);
});

async function assertInbound(): Promise<void> {
  const said = program.sandbox.ledger.messages.filter(({ from }) => from === "customer");
  assert.equal(said.length, INBOUND);
  const rows = await query(
    "select provider_message_id as id from app_public.messages where direction = 'inbound'",
  );
  const stored = rows.map(({ id }) => id);
  assert.equal(stored.length, new Set(stored).size, "nothing is stored twice");
  assert.deepEqual(new Set(stored), new Set(said.map(({ wamid }) => wamid)), "nothing is missing");
}

async function assertCounters(): Promise<void> {
  const drift = await query(
    `select c.id, c.unread_count, m.unread from app_public.conversations c
     cross join lateral (
       select count(*) filter (where m.direction = 'inbound')::int as unread, max(m.occurred_at) as last_at
       from app_public.messages m where m.tenant_id = c.tenant_id and m.conversation_id = c.id
     ) m
     where c.unread_count <> m.unread or c.last_message_at <> m.last_at`,
  );
  assert.deepEqual(drift, []);
  const [{ people }] = await query(`select (select count(*)::int from app_public.contacts) as people`);
  assert.equal(people, CUSTOMERS, "one contact a customer");
}

async function assertOutbound(): Promise<void> {
  const outbound = await query(
    `select s.message_id as id, s.status, m.conversation_id, s.duplicate_provider_message_ids is not null as is_detected
     from app_public.message_statuses s join app_public.messages m on m.tenant_id = s.tenant_id and m.id = s.message_id
     order by s.message_id`,
  );
  const ends = Map.groupBy(outbound, ({ status }) => status);
  const unsettled = [...ends.keys()].filter((status) => ["queued", "sending"].includes(status));
  assert.deepEqual(unsettled, []);

  const sent = program.sandbox.ledger.sent.map(({ callbackData }) => callbackData!);
  const times = Map.groupBy(sent, (id) => id);
  for (const { id, status, is_detected } of outbound) {
    const count = times.get(id)?.length ?? 0;
    if (count > 1) assert.ok(is_detected, `${id} went out ${count} times, unnoticed`);
    if (["sent", "delivered", "read"].includes(status))
      assert.ok(count > 0, `${id} is ${status} and never went out`);
    if (count > 0)
      assert.ok(["sent", "delivered", "read"].includes(status), `${id} went out and is ${status}`);
  }
  assert.deepEqual(
    [...times.values()].filter(({ length }) => length > 1),
    [],
    "nothing goes out twice",
  );

  const order = new Map(outbound.map(({ id, conversation_id }, at) => [id, { at, conversation_id }]));
  const last = new Map<string, number>();
  let violations = 0;
  for (const id of sent) {
    const { at, conversation_id } = order.get(id)!;
    if (at < (last.get(conversation_id) ?? -1)) violations += 1;
    last.set(conversation_id, at);
  }
  assert.equal(violations, 0, "order is kept in each conversation");
  console.log(
    `# ${sent.length} sent of ${outbound.length}; ends: ${[...ends].map(([status, { length }]) => `${status} ${length}`).join(", ")}`,
  );
}

/** The first text begins the run, each further one is answered once. */
async function assertAnswers({ tenantId }: ConnectedWorkspace): Promise<void> {
  const rows = await query(
    `select conversation_id, array_agg(content ->> 'body') as said
     from app_public.messages where tenant_id = $1 and author = 'chatbot' and content ->> 'body' like 'You said%'
     group by conversation_id`,
    tenantId,
  );
  assert.equal(rows.length, BOT_CUSTOMERS);
  for (const { said } of rows) {
    assert.equal(said.length, INBOUND / CUSTOMERS - 1);
    assert.equal(new Set(said).size, said.length, "no message is answered twice");
  }
}
