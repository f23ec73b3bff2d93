import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

const RECIPIENTS = 60;

let database: TestDatabase;
let program: TestProgram;
let workspace: ConnectedWorkspace;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
  workspace = await program.connectedWorkspace();
});
after(async () => {
  await program.stop();
  await database.drop();
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

const SPRING = [
  { type: "BODY" as const, text: "Hello {{1}}, spring is here" },
  { type: "BUTTONS" as const, buttons: [{ type: "QUICK_REPLY" as const, text: "Tell me more" }] },
];

test("a campaign is created, started, sent and completed; answers and taps are counted", async () => {
  const { tenantId, businessAccountId, phoneNumberId } = workspace;
  await query(
    `insert into app_public.contacts (tenant_id, name, phone)
     select $1, 'Customer ' || n, '+1555700' || lpad(n::text, 4, '0') from generate_series(1, $2::int) n`,
    tenantId,
    RECIPIENTS,
  );
  await query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category, components)
     values ($1, $2, 'spring', 'en_US', 'approved', 'marketing', $3)`,
    tenantId,
    businessAccountId,
    JSON.stringify(SPRING),
  );
  program.sandbox.addTemplate(businessAccountId, {
    name: "spring",
    category: "MARKETING",
    components: SPRING,
  });
  const [ann, ben] = [1, 2].map((n) =>
    program.sandbox.customer({ phone: `1555700000${n}`, name: `Customer ${n}` }, phoneNumberId),
  );

  const [{ id }] = await query(
    `insert into app_public.campaigns (tenant_id, name, audience, template_name, parameters)
     values ($1, 'Spring', '{"field": "phone", "startsWith": "+1555700"}', 'spring', '{"1": "{{contact.name|there}}"}')
     returning id`,
    tenantId,
  );
  await query("select app_public.start_campaign($1)", id);
  await until("the message", () => ann!.received.length === 1 && ben!.received.length === 1, 30_000);
  await ann!.tap("Tell me more");
  await ben!.say("Stop it");
  const figures = async () => {
    const [row] = await query(
      `select c.status::text, f.recipients, f.sent, f.delivered, f.replied, f.clicked, f.failed, f.skipped
       from app_public.campaigns c, app_public.campaigns_figures(c) f where c.id = $1`,
      id,
    );
    return row;
  };
  await until("the end", async () => (await figures()).status === "completed", 30_000);
  await until("the last statuses and answers", async () => {
    await query("update app_private.campaign_progress set look_at = now()");
    await query("select app_private.track_campaigns()");
    const { delivered, replied } = await figures();
    return delivered === RECIPIENTS && replied === 2;
  });
  assert.deepEqual(await figures(), {
    status: "completed",
    recipients: RECIPIENTS,
    sent: RECIPIENTS,
    delivered: RECIPIENTS,
    replied: 2,
    clicked: 1,
    failed: 0,
    skipped: 0,
  });
  assert.equal(program.sandbox.ledger.sent.length, RECIPIENTS);
  assert.deepEqual(await query("select app_private.recount_campaigns() as wrong"), [{ wrong: 0 }]);
  assert.deepEqual(
    await query(
      `select m.preview, c.status, r.clicked from app_public.campaign_recipients r
       join app_public.contacts p on p.id = r.contact_id
       join app_public.messages m on m.id = r.message_id
       join app_public.conversations c on c.id = m.conversation_id
       where p.name in ('Customer 1', 'Customer 3') order by p.name`,
    ),
    [
      { preview: "Hello Customer 1, spring is here", status: "open", clicked: "Tell me more" },
      // It is not in the way of those who work in the inbox.
      { preview: "Hello Customer 3, spring is here", status: "closed", clicked: null },
    ],
  );
});
