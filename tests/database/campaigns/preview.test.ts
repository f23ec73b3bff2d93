import assert from "node:assert/strict";
import type pg from "pg";
import { aConversation, aPerson, aWorkspace, become, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const query = async (db: pg.PoolClient, sql: string, ...values: unknown[]) =>
  (await db.query(sql, values)).rows;

async function aTemplate(
  db: pg.PoolClient,
  { tenantId, businessAccountId }: Workspace,
  { name = "spring", status = "approved", text = "Hello {{1}}" } = {},
): Promise<void> {
  await query(
    db,
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category, components)
     values ($1, $2, $3, 'en_US', $4, 'marketing', $5)`,
    tenantId,
    businessAccountId,
    name,
    status,
    JSON.stringify([{ type: "BODY", text }]),
  );
}

/** Contacts named 1 to count, with phone numbers of one country. */
async function contacts(db: pg.PoolClient, { tenantId }: Workspace, count: number, prefix: string) {
  return query(
    db,
    `insert into app_public.contacts (tenant_id, name, phone)
     select $1, n::text, '+' || $3 || lpad(n::text, 6, '0') from generate_series(1, $2::int) n
     returning id, name`,
    tenantId,
    count,
    prefix,
  );
}

async function aCampaign(db: pg.PoolClient, { tenantId }: Workspace, more: Record<string, unknown> = {}) {
  const columns = {
    tenant_id: tenantId,
    name: "Spring",
    audience: { all: [] },
    template_name: "spring",
    parameters: { 1: "{{contact.name|there}}" },
    ...more,
  };
  const [{ id }] = await query(
    db,
    `insert into app_public.campaigns (${Object.keys(columns).join(", ")})
     values (${Object.keys(columns)
       .map((_, i) => `$${i + 1}`)
       .join(", ")}) returning id`,
    ...Object.values(columns),
  );
  return id;
}

/** The preview, with the time until it finishes in seconds. */
const preview = async (db: pg.PoolClient, id: string) =>
  (
    await query(
      db,
      `select (p).*, to_json((p).skipped) as skipped, to_json((p).costs) as costs, to_json((p).examples) as examples,
         round(extract(epoch from (p).finishes_at - now()))::int as seconds
       from app_public.preview_campaign($1) p`,
      id,
    )
  )[0];

story("a preview counts who gets the campaign, who does not and why, and what it costs", async (db) => {
  const workspace = await aWorkspace(db);
  const { tenantId } = workspace;
  await aTemplate(db, workspace);
  const [blocked, optedOut] = await contacts(db, workspace, 30, "4930");
  await contacts(db, workspace, 20, "4420");
  await contacts(db, workspace, 5, "999");
  await query(db, "update app_public.contacts set status = 'blocked' where id = $1", blocked.id);
  await query(db, "update app_public.contacts set marketing_opted_out_at = now() where id = $1", optedOut.id);
  await query(
    db,
    `insert into app_public.message_prices (tenant_id, prefix, category, price, currency) values
       ($1, '49', 'marketing', 0.10, 'EUR'), ($1, '4', 'marketing', 0.05, 'EUR'), ($1, '', 'utility', 0.01, 'EUR')`,
    tenantId,
  );
  const id = await aCampaign(db, workspace);
  const seen = await preview(db, id);
  assert.deepEqual([seen.contacts, seen.recipients], [55, 53]);
  assert.deepEqual(seen.skipped, [{ state: "skipped", error_code: "PYOPT", recipients: 2 }]);
  assert.deepEqual(seen.costs, [
    { category: "marketing", currency: "EUR", recipients: 48, amount: 3.8 },
    { category: "marketing", currency: null, recipients: 5, amount: null },
  ]);
  assert.equal(seen.examples.length, 10);
  assert.equal(seen.examples[0].text, `Hello ${seen.examples[0].name}`);
  assert.equal(seen.examples[0].problem, null);
  assert.equal(
    (await query(db, "select from app_public.campaign_recipients")).length,
    0,
    "nothing is frozen",
  );

  await become(db, await aPerson(db, tenantId, "agent"));
  assert.equal(await refusal(db, () => preview(db, id)), "PYDEN");
});

story("a preview says when the campaign would finish, and what limits it", async (db) => {
  const workspace = await aWorkspace(db);
  await aTemplate(db, workspace);
  await contacts(db, workspace, 100, "4930");
  const id = await aCampaign(db, workspace);
  const finish = async (change = "") => {
    if (change) await query(db, change);
    const { seconds, limited_by } = await preview(db, id);
    return [limited_by, seconds];
  };
  const DAY = 24 * 60 * 60;
  assert.deepEqual(await finish(), ["send_rate", 1]);
  assert.deepEqual(await finish("update app_public.channels set messages_per_second = 5"), ["send_rate", 20]);
  assert.deepEqual(await finish("update app_public.campaigns set messages_per_minute = 50"), [
    "messages_per_minute",
    120,
  ]);
  await query(db, "update app_public.whatsapp_channels set messaging_limit = 'TIER_50'");
  assert.deepEqual(await finish(), ["messaging_limit", DAY], "50 now and 50 tomorrow");
  // Of 50 contacts a day one counts already, and frees its place in an hour: 49 now, 1 then, 49 and the last tomorrow.
  const thread = await aConversation(db, workspace, { isWindowOpen: false });
  await query(
    db,
    "insert into app_private.initiated_contacts values ($1, $2, now() - interval '23 hours')",
    workspace.tenantId,
    thread.contactId,
  );
  await query(db, "delete from app_public.contacts where name = '100'");
  await query(db, "delete from app_public.contacts where name = '99'");
  assert.deepEqual(await finish(), ["messaging_limit", DAY]);
  await query(db, "delete from app_public.contacts where name ~ '^[5-9].$'");
  assert.deepEqual(await finish(), ["messages_per_minute", 60]);

  await query(db, "update app_public.contacts set time_zone = 'UTC'");
  await query(
    db,
    `update app_public.campaigns set quiet_from = (now() at time zone 'UTC' - interval '1 hour')::time,
       quiet_until = (now() at time zone 'UTC' + interval '1 hour')::time`,
  );
  const [what, seconds] = await finish();
  assert.equal(what, "quiet_hours");
  assert.ok(Math.abs(seconds - 3600 - 60) <= 1, `${seconds} seconds: an hour, and then the pace`);
});

story("a campaign that cannot start has no preview", async (db) => {
  const workspace = await aWorkspace(db);
  await aTemplate(db, workspace, { status: "paused" });
  const refused = async (more: object) => {
    const id = await aCampaign(db, workspace, { ...more });
    return refusal(db, () => preview(db, id));
  };
  assert.equal(await refused({ audience: null }), "PYREQ");
  assert.equal(await refused({ template_name: null }), "PYREQ");
  assert.equal(await refused({ template_name: "summer" }), "PYNFD");
  assert.match((await refused({})) ?? "", /^PY(TPL|PAU)$/);
});

story("a test goes to one contact, as a message of the caller, and is refused as any message", async (db) => {
  const workspace = await aWorkspace(db);
  await aTemplate(db, workspace);
  const [colleague, blocked] = await contacts(db, workspace, 2, "4930");
  await query(db, "update app_public.contacts set status = 'blocked' where id = $1", blocked.id);
  const id = await aCampaign(db, workspace, { audience: { field: "tag", is: "Nobody" } });
  const variant = async (name: string, value: string) =>
    (
      await query(
        db,
        `insert into app_public.campaign_variants (campaign_id, name, parameters) values ($1, $2, $3) returning id`,
        id,
        name,
        { 1: value },
      )
    )[0].id;
  const variants = [await variant("A", "you"), await variant("B", "{{contact.name}}")];

  const admin = await aPerson(db, workspace.tenantId, "admin");
  await become(db, admin);
  const test = (contactId: string, variantId: string | null = null) =>
    query(db, "select * from app_public.send_campaign_test($1, $2, $3)", id, contactId, variantId);
  const texts = [];
  for (const variantId of variants) {
    const [message] = await test(colleague.id, variantId);
    assert.deepEqual([message.user_id, message.campaign_id], [admin.userId, null]);
    texts.push(message.preview);
  }
  assert.deepEqual(texts, ["Hello you", `Hello ${colleague.name}`]);
  assert.equal((await test(colleague.id)).length, 1);
  assert.equal(await refusal(db, () => test(blocked.id)), "PYOPT");
  assert.equal(await refusal(db, () => test(id)), "PYNFD");
  assert.equal(await refusal(db, () => test(colleague.id, id)), "PYNFD", "no such variant");
  // Without variants, the campaign's own content is no variant either.
  await db.query("reset role");
  await query(db, "delete from app_public.campaign_variants where campaign_id = $1", id);
  await become(db, admin);
  assert.equal(await refusal(db, () => test(colleague.id, variants[0])), "PYNFD");
  await db.query("reset role");
  assert.equal((await query(db, "select from app_private.outbox")).length, 3);
});
