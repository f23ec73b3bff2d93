import assert from "node:assert/strict";
import type pg from "pg";
import { hear, send } from "../../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  type Thread,
  type Workspace,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

/** What a contact has agreed to, and refused: rows of which the newest applies, whatever the order they arrive in. */

const story = stories();

async function aThread(db: pg.PoolClient): Promise<{ workspace: Workspace; thread: Thread }> {
  const workspace = await aWorkspace(db);
  return { workspace, thread: await aConversation(db, workspace) };
}

type Keyword = { keyword: string; language?: string; category?: "all" | "marketing"; isOptIn?: boolean };

async function addKeywords(
  db: pg.PoolClient,
  { tenantId }: Workspace,
  ...keywords: Keyword[]
): Promise<void> {
  for (const { keyword, language, category = "all", isOptIn = false } of keywords)
    await db.query(
      `insert into app_public.consent_keywords (tenant_id, keyword, language, category, is_opt_in)
       values ($1, $2, $3, $4, $5)`,
      [tenantId, keyword, language, category, isOptIn],
    );
}

const MINUTE_MS = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);

/** Which opt-outs are in force. */
async function optOuts(db: pg.PoolClient, { contactId }: Thread): Promise<string> {
  const { rows } = await db.query(
    `select concat_ws(' ',
       case when opted_out_at is not null then 'all' end,
       case when marketing_opted_out_at is not null then 'marketing' end) as categories
     from app_public.contacts where id = $1`,
    [contactId],
  );
  return rows[0].categories;
}

async function consents(db: pg.PoolClient, { contactId }: Thread) {
  const { rows } = await db.query(
    `select category, is_opt_in as "isOptIn", method, evidence, message_id is not null as "hasMessage"
     from app_public.consents where contact_id = $1 order by given_at, created_at, category`,
    [contactId],
  );
  return rows;
}

const record = (
  db: pg.PoolClient,
  { contactId }: Thread,
  category: string,
  isOptIn: boolean,
  at: Date = new Date(),
) =>
  db.query(
    `insert into app_public.consents (contact_id, category, is_opt_in, method, evidence, given_at)
     values ($1, $2, $3, 'form', 'https://example.com/form/7', $4)`,
    [contactId, category, isOptIn, at],
  );

story("a keyword opts out and in again; what merely contains it does not", async (db) => {
  const { workspace, thread } = await aThread(db);
  const text = (body: string, minutes: number) => ({ content: { body }, at: ago(minutes) });
  await hear(db, workspace, thread, text("stop", 20));
  assert.equal(await optOuts(db, thread), "", "the tenant has no keywords");

  await addKeywords(db, workspace, { keyword: "Stop" }, { keyword: "START", isOptIn: true });
  await hear(db, workspace, thread, text("Please stop calling", 19), text("stopp", 18), { type: "image" });
  assert.equal(await optOuts(db, thread), "");
  await hear(db, workspace, thread, text(" ¡STOP!\n", 10));
  assert.equal(await optOuts(db, thread), "all");
  assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYOPT");

  await hear(db, workspace, thread, text("start", 12));
  assert.equal(await optOuts(db, thread), "all", "it was said before the opt-out");
  await hear(db, workspace, thread, text("start", 5));
  assert.equal(await optOuts(db, thread), "");
  assert.deepEqual(await consents(db, thread), [
    { category: "all", isOptIn: true, method: "keyword", evidence: "start", hasMessage: true },
    { category: "all", isOptIn: false, method: "keyword", evidence: "¡STOP!", hasMessage: true },
    { category: "all", isOptIn: true, method: "keyword", evidence: "start", hasMessage: true },
  ]);
});

story(
  "keywords of any language apply; one with two meanings has that of the contact's language",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    await addKeywords(
      db,
      workspace,
      { keyword: "não", language: "pt", category: "marketing" },
      { keyword: "Alta", language: "es", isOptIn: true },
      { keyword: "alta", language: "pt-BR" },
    );
    await hear(db, workspace, thread, { content: { body: "NAO" }, at: ago(9) });
    assert.equal(await optOuts(db, thread), "marketing");
    await hear(db, workspace, thread, { content: { body: "alta" }, at: ago(8) });
    assert.equal(
      await optOuts(db, thread),
      "all marketing",
      "its language is not known, so the opt-out counts",
    );
    await db.query("update app_public.contacts set language = 'es_AR' where id = $1", [thread.contactId]);
    await hear(db, workspace, thread, { content: { body: "alta" }, at: ago(7) });
    assert.equal(await optOuts(db, thread), "marketing");
  },
);

story("a button counts by its text or its payload, and so does an item of a list", async (db) => {
  const workspace = await aWorkspace(db);
  await addKeywords(db, workspace, { keyword: "Stop promotions", category: "marketing" });
  for (const [type, content] of [
    ["button", { text: "Stop promotions", payload: "x" }],
    ["button", { text: "No, thanks", payload: "stop promotions" }],
    ["interactive", { type: "button_reply", button_reply: { id: "stop promotions", title: "No" } }],
    ["interactive", { type: "list_reply", list_reply: { id: "9", title: "Stop promotions" } }],
  ] as const) {
    const thread = await aConversation(db, workspace);
    await hear(db, workspace, thread, { type, content });
    assert.equal(await optOuts(db, thread), "marketing", JSON.stringify(content));
    assert.equal((await consents(db, thread))[0].method, "button");
  }
});

story("only what a contact says now counts: not history, an echo, or a group", async (db) => {
  const { workspace, thread } = await aThread(db);
  await addKeywords(db, workspace, { keyword: "stop" });
  for (const origin of ["history", "echo", "group", "standby"] as const)
    await hear(db, workspace, thread, { origin, content: { body: "stop" } });
  assert.deepEqual(await consents(db, thread), []);
});

story(
  "an agent records consents with evidence; the newest by time applies, one category each",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    const other = await aConversation(db, await aWorkspace(db));
    const agent = await aPerson(db, workspace.tenantId, "agent");
    await become(db, agent);
    await record(db, thread, "marketing", false, ago(10));
    await record(db, thread, "all", true, ago(8));
    assert.equal(await optOuts(db, thread), "marketing", "the categories are independent");
    await record(db, thread, "marketing", true, ago(12));
    assert.equal(await optOuts(db, thread), "marketing", "the opt-in is older");
    await record(db, thread, "marketing", true);
    assert.equal(await optOuts(db, thread), "");
    const future = new Date(Date.now() + 60 * MINUTE_MS);
    await record(db, thread, "marketing", false, future);
    await record(db, thread, "marketing", true);
    assert.equal(await optOuts(db, thread), "", "a time in the future counts as now");
    const { rows } = await db.query("select distinct user_id from app_public.consents");
    assert.deepEqual(rows, [{ user_id: agent.userId }]);

    assert.equal(
      await refusal(db, () => record(db, other, "all", false)),
      "42501",
      "another tenant's contact",
    );
    for (const claim of [
      "insert into app_public.consents (contact_id, category, is_opt_in, method) values ($1, 'all', true, 'keyword')",
      "update app_public.consents set is_opt_in = true where contact_id = $1",
      "delete from app_public.consents where contact_id = $1",
    ])
      assert.equal(await refusal(db, () => db.query(claim, [thread.contactId])), "42501", claim);
  },
);

story("a change of the contact's columns is recorded as a consent", async (db) => {
  const { workspace, thread } = await aThread(db);
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  const set = (change: string) =>
    db.query(`update app_public.contacts set ${change} where id = $1`, [thread.contactId]);
  await set("opted_out_at = now(), marketing_opted_out_at = now()");
  await set("opted_out_at = null");
  await set("opted_out_at = now() - interval '1 day'");
  assert.equal(await optOuts(db, thread), "marketing", "an opt-out before a later opt-in changes nothing");
  await set("name = 'Ann'");
  const manual = { method: "user", evidence: null, hasMessage: false };
  assert.deepEqual(await consents(db, thread), [
    { category: "all", isOptIn: false, ...manual },
    { category: "all", isOptIn: false, ...manual },
    { category: "marketing", isOptIn: false, ...manual },
    { category: "all", isOptIn: true, ...manual },
  ]);
  const { rows } = await db.query(
    "insert into app_public.contacts (phone, opted_out_at) values ('+15550001234', '2020-01-01') returning id",
  );
  const created = { ...thread, contactId: rows[0].id };
  assert.equal((await consents(db, created)).length, 1);
  assert.equal(await optOuts(db, created), "all");
});

story("of two merged contacts the newest consent applies", async (db) => {
  const { workspace, thread: kept } = await aThread(db);
  const merged = await aConversation(db, workspace);
  const opted = ago(9);
  await record(db, kept, "all", false, opted);
  await record(db, merged, "all", false, opted);
  await record(db, merged, "all", true, ago(8));
  await record(db, merged, "marketing", false, ago(7));
  await db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);
  assert.equal(await optOuts(db, kept), "marketing");
  assert.equal((await consents(db, kept)).length, 3);
});

story(
  "an opt-out also stops what waits in the outbox, and an opt-out of marketing only marketing",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    await db.query(
      `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category)
     values ($1, $2, 'sale', 'en', 'approved', 'marketing'), ($1, $2, 'receipt', 'en', 'approved', 'utility')`,
      [workspace.tenantId, workspace.businessAccountId],
    );
    const campaign = await db.query(
      "insert into app_public.campaigns (tenant_id, name, audience, text) values ($1, 'Sale', $2, 'Sale!') returning id",
      [workspace.tenantId, { all: [] }],
    );
    const write = async (type: string, content: object, campaignId?: string) => {
      const { rows } = await db.query(
        `insert into app_public.messages (conversation_id, type, content, campaign_id) values ($1, $2, $3, $4)
       returning id`,
        [thread.conversationId, type, content, campaignId],
      );
      return rows[0].id;
    };
    const template = (name: string) => write("template", { name, language: { code: "en" } });
    const ids = {
      sale: await template("sale"),
      receipt: await template("receipt"),
      answer: await write("text", { body: "Hello" }),
      campaign: await write("text", { body: "Sale!" }, campaign.rows[0].id),
    };
    const failed = async () => {
      await db.query("select app_private.fail_opted_out_messages($1)", [thread.contactId]);
      const { rows } = await db.query(
        "select message_id as id from app_public.message_statuses where status = 'failed' and error_code = 'PYOPT'",
      );
      return Object.entries(ids).flatMap(([name, id]) => (rows.some((row) => row.id === id) ? [name] : []));
    };
    const jobs = async () =>
      (await db.query("select count(*)::int from graphile_worker.jobs where key like 'fail_opted_out%'"))
        .rows[0].count;

    await record(db, thread, "marketing", true);
    assert.equal(await jobs(), 0);
    await record(db, thread, "marketing", false);
    assert.equal(await jobs(), 1);
    assert.deepEqual(await failed(), ["sale", "campaign"]);
    assert.equal(await refusal(db, () => template("sale")), "PYOPT");
    assert.equal(
      await refusal(db, () => write("text", { body: "Sale!" }, campaign.rows[0].id)),
      "PYOPT",
      "a text of a campaign is marketing",
    );
    await write("text", { body: "An answer" });
    await record(db, thread, "all", false);
    assert.deepEqual(await failed(), ["sale", "receipt", "answer", "campaign"]);
  },
);
