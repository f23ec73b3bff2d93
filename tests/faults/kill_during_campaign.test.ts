import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type KillableProcess, startKillableProcess } from "../support/killable_process.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

/**
 * kill -9 of the process that sends, twice in the middle of a campaign, with a pause, a storm of rate limit errors and a
 * template that the provider pauses. PARLEY_RECIPIENTS sets the size: 20000 is the real thing.
 */
const RECIPIENTS = Number(process.env.PARLEY_RECIPIENTS ?? 300);
/** So that it takes some seconds. */
const PER_SECOND = Math.max(60, RECIPIENTS / 40);
const LONG_MS = 90_000 + RECIPIENTS * 10;

const BODY = { type: "BODY" as const, text: "Hello {{1}}, spring is here" };

let database: TestDatabase;
let program: TestProgram;
let killable: KillableProcess;
let workspace: ConnectedWorkspace;
let campaignId: string;
before(async () => {
  database = await createTestDatabase();
  killable = await startKillableProcess(database.ownerUrl);
  program = await startProgram(database, {
    withWorker: false,
    sandbox: { delivery: { retryDelaysMs: Array(200).fill(150), timeoutMs: 5000 } },
  });
  workspace = await program.connectedWorkspace();
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
  await query(
    "update app_public.channels set messages_per_second = $2 where id = $1",
    workspace.channelId,
    PER_SECOND,
  );
  await query(
    `insert into app_public.contacts (tenant_id, name, phone)
     select $1, 'Customer ' || n, '+1555' || lpad(n::text, 7, '0') from generate_series(1, $2::int) n`,
    workspace.tenantId,
    RECIPIENTS,
  );
  await query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category, components)
     values ($1, $2, 'spring', 'en_US', 'approved', 'marketing', $3)`,
    workspace.tenantId,
    workspace.businessAccountId,
    JSON.stringify([BODY]),
  );
  setTemplate("APPROVED");
  const [{ id }] = await query(
    `insert into app_public.campaigns (tenant_id, name, audience, template_name, parameters)
     values ($1, 'Spring', '{"field": "phone", "startsWith": "+1555"}', 'spring', '{"1": "{{contact.name|there}}"}')
     returning id`,
    workspace.tenantId,
  );
  campaignId = id;
});
after(async () => {
  await killable.kill();
  await program.stop();
  await database.drop();
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
const sent = () => program.sandbox.ledger.sent;
const share = (of: number) =>
  until(`${of * 100} % to be sent`, () => sent().length >= RECIPIENTS * of, LONG_MS);
const statusIs = (wanted: string) =>
  until(
    `the campaign to be ${wanted}`,
    async () => {
      const [{ status }] = await query("select status from app_public.campaigns where id = $1", campaignId);
      return status === wanted;
    },
    LONG_MS,
  );

function setTemplate(status: "APPROVED" | "PAUSED"): void {
  program.sandbox.addTemplate(workspace.businessAccountId, {
    name: "spring",
    language: "en_US",
    category: "MARKETING",
    status,
    components: [BODY],
  });
}

/** The provider decides about the template, and reports it. */
async function reportTemplate(status: "APPROVED" | "PAUSED"): Promise<void> {
  setTemplate(status);
  await program.sandbox.sendUpdate(workspace.phoneNumberId, "message_template_status_update", {
    event: status,
    message_template_id: 1987654321,
    message_template_name: "spring",
    message_template_language: "en_US",
    reason: "NONE",
  });
}

/** The leases of the dead run out, and ten minutes pass for what they may have sent. */
async function timePasses(): Promise<void> {
  await query(
    "update app_private.outbox set lease_until = now() where state = 'sending' and lease_until < now() + interval '58 seconds'",
  );
  await query("update app_private.channel_states set last_webhook_at = now() + interval '1 minute'");
  await query(
    "update app_private.outbox set uncertain_at = now() - interval '11 minutes' where state = 'uncertain'",
  );
  await query("select app_private.reconcile_outbox()");
}

test(`a campaign to ${RECIPIENTS} survives kill -9, pauses and storms`, {
  timeout: LONG_MS * 4,
}, async () => {
  await killable.start();
  await query("select app_public.start_campaign($1)", campaignId);

  await share(0.15);
  await killable.kill();
  await killable.start();

  await share(0.3);
  await query("select app_public.pause_campaign($1)", campaignId);
  const inserted = async () =>
    (await query("select count(*)::int from app_public.messages where campaign_id = $1", campaignId))[0]
      .count;
  const atPause = await inserted();
  await delay(500);
  assert.equal(await inserted(), atPause, "nothing is inserted after a pause");
  await query("select app_public.resume_campaign($1)", campaignId);

  await share(0.45);
  const calm = program.sandbox.faults.add({ kind: "error", code: 130429, httpStatus: 429 });
  await delay(700);
  calm();

  await share(0.55);
  await reportTemplate("PAUSED");
  await statusIs("paused");
  await reportTemplate("APPROVED");
  await until("the approval", async () => {
    const [{ status }] = await query("select status from app_public.templates");
    return status === "approved";
  });
  await query("select app_public.resume_campaign($1)", campaignId);

  await share(0.65);
  await killable.kill();
  await killable.start();
  const completed = async () => {
    await timePasses();
    const [{ status }] = await query("select status from app_public.campaigns where id = $1", campaignId);
    return status === "completed";
  };
  await until("the end", completed, LONG_MS);
  // The messages that the paused template made fail.
  await query("select app_public.retry_campaign($1, '{132015}')", campaignId);
  await until("the end of what was tried again", completed, LONG_MS);
  await assertEachOnce();
});

async function assertEachOnce(): Promise<void> {
  await until("the last statuses", async () => {
    await query("update app_private.campaign_progress set look_at = now()");
    await query("select app_private.track_campaigns()");
    const rows = await query(
      `select from app_public.campaign_recipients r join app_public.message_statuses s on s.message_id = r.message_id
       where r.state is distinct from app_private.recipient_state_of(s.status)`,
    );
    return program.sandbox.webhooks.pending === 0 && rows.length === 0;
  });
  const phones = Map.groupBy(sent(), ({ chat }) => chat.customer.waId);
  const twice = [...phones.values()].filter(({ length }) => length > 1);
  assert.deepEqual(twice, [], "no recipient gets it twice");

  const recipients = await query(
    `select r.state, r.error_code, p.phone from app_public.campaign_recipients r
     join app_public.contacts p on p.id = r.contact_id where r.campaign_id = $1`,
    campaignId,
  );
  assert.equal(recipients.length, RECIPIENTS);
  for (const { state, error_code, phone } of recipients) {
    const isSent = phones.has(phone.slice(1));
    if (["sent", "delivered", "read"].includes(state))
      assert.ok(isSent, `${phone} is ${state} and was not sent`);
    else
      assert.ok(
        error_code !== null && !isSent,
        `${phone} is ${state} ${error_code}, and was ${isSent ? "" : "not "}sent`,
      );
  }
  assert.deepEqual(await query("select app_private.recount_campaigns() as wrong"), [{ wrong: 0 }]);
  const ends = await query(
    "select state, error_code, count(*)::int from app_public.campaign_recipients group by 1, 2 order by 1, 2",
  );
  console.log(
    `# ${ends.map(({ state, error_code, count }) => `${state} ${error_code ?? ""} ${count}`).join(", ")}`,
  );
}
