import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const COMPONENTS = JSON.stringify([{ type: "BODY", text: "Your order is ready." }]);

/** A draft, by an admin, whose rights the transaction then has. */
async function aDraft(
  db: pg.PoolClient,
  components = COMPONENTS,
): Promise<{ workspace: Workspace; id: string }> {
  const workspace = await aWorkspace(db);
  await become(db, await aPerson(db, workspace.tenantId, "admin"));
  const { rows } = await db.query(
    `insert into app_public.templates (name, language, category, components)
     values ('order_ready', 'en-US', 'utility', $1)
     returning id, status, language, business_account_id`,
    [components],
  );
  const { id, ...draft } = rows[0];
  assert.deepEqual(draft, {
    status: "draft",
    language: "en_US",
    business_account_id: workspace.businessAccountId,
  });
  return { workspace, id };
}

/** The code with which a change is refused; null if it is accepted. */
async function call(db: pg.PoolClient, sql: string, ...values: unknown[]): Promise<string | null> {
  await db.query("savepoint call");
  try {
    await db.query(`select id from app_public.${sql}`, values);
    return null;
  } catch (error) {
    await db.query("rollback to savepoint call");
    return (error as pg.DatabaseError).code ?? String(error);
  }
}

/** What Meta would say of the template. */
async function reported(db: pg.PoolClient, id: string, status: string): Promise<void> {
  await becomeOwner(db);
  await db.query(
    "update app_public.templates set status = $2, status_at = now(), provider_template_id = '1' where id = $1",
    [id, status],
  );
}

async function ended(db: pg.PoolClient, id: string, error: string | null = null): Promise<void> {
  await becomeOwner(db);
  await db.query(
    `select app_private.end_template_change(c.id, now(), '{}', null, $2)
     from app_public.template_changes c where c.template_id = $1 and c.state = 'queued'`,
    [id, error],
  );
}

story(
  "a draft is changed until it is submitted, once, with a job; what breaks a rule is not submitted",
  async (db) => {
    const { id } = await aDraft(db, JSON.stringify([{ type: "BODY", text: "{{1}}" }]));
    const { rows: drafts } = await db.query(
      "select app_public.templates_problem(t) as problem from app_public.templates t",
    );
    assert.match(drafts[0].problem, /components\[0\].text must not start or end with a variable/);
    assert.equal(await call(db, "submit_template($1)", id), "PYCNT");
    await db.query("update app_public.templates set components = $2 where id = $1", [id, COMPONENTS]);
    assert.equal(await call(db, "submit_template($1)", id), null);
    assert.equal(await call(db, "submit_template($1)", id), "PYTPC", "one at a time");
    await becomeOwner(db);
    const { rows } = await db.query(
      `select c.kind, c.state, c.requested_by_id is not null as has_person, j.task_identifier, j.max_attempts
     from app_public.template_changes c
     join graphile_worker.jobs j on j.key = 'send_template_change:' || c.id`,
    );
    assert.deepEqual(rows, [
      {
        kind: "create",
        state: "queued",
        has_person: true,
        task_identifier: "send_template_change",
        max_attempts: 10,
      },
    ]);
  },
);

story(
  "what Meta has reported is changed at Meta only, if its status and Meta's limits allow it",
  async (db) => {
    const { workspace, id } = await aDraft(db);
    const admin = await (async () => {
      await becomeOwner(db);
      return aPerson(db, workspace.tenantId, "admin");
    })();
    const as = async (status: string) => {
      await reported(db, id, status);
      await become(db, admin);
    };
    await as("approved");
    assert.equal(
      await refusal(db, () =>
        db.query("update app_public.templates set components = '[]' where id = $1", [id]),
      ),
      "PYTPC",
    );
    assert.equal(await call(db, "submit_template($1)", id), "PYTPC");
    assert.equal(await call(db, "unpause_template($1)", id), "PYTPC");
    assert.equal(await call(db, "edit_template($1, $2, 'marketing')", id, COMPONENTS), "PYTPC", "category");
    assert.equal(await call(db, "edit_template($1, $2)", id, "[]"), "PYCNT");
    assert.equal(await call(db, "edit_template($1, $2)", id, COMPONENTS), null);
    await ended(db, id);
    await as("approved");
    assert.equal(await call(db, "edit_template($1, $2)", id, COMPONENTS), "PYTPC", "once in 24 hours");
    await as("rejected");
    assert.equal(await call(db, "edit_template($1, $2, 'marketing')", id, COMPONENTS), null);
    await ended(db, id, "no");
    await as("paused");
    assert.equal(await call(db, "unpause_template($1)", id), null);
    await ended(db, id);
    await as("approved");
    assert.equal(await call(db, "delete_template($1)", id), null);
    await ended(db, id);
    await as("deleted");
    assert.equal(await call(db, "delete_template($1)", id), "PYTPC");
    assert.equal(await call(db, "submit_template($1)", id), "PYTPC", "the name is blocked for 30 days");
    await becomeOwner(db);
    await db.query("update app_public.templates set status_at = now() - interval '31 days' where id = $1", [
      id,
    ]);
    await become(db, admin);
    assert.equal(await call(db, "submit_template($1)", id), null);
  },
);

story("a draft is deleted at once; one of an account that is not connected cannot be written", async (db) => {
  const { workspace, id } = await aDraft(db);
  assert.equal(
    await refusal(db, () =>
      db.query(
        "insert into app_public.templates (name, language, business_account_id) values ('x', 'de', '77')",
      ),
    ),
    "PYNFD",
  );
  const { rows } = await db.query("select id from app_public.delete_template($1)", [id]);
  assert.deepEqual(rows, [{ id: null }]);
  assert.equal((await db.query("select from app_public.templates")).rowCount, 0);
  await becomeOwner(db);
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  assert.equal(
    await refusal(db, () => db.query("insert into app_public.templates (name, language) values ('x', 'de')")),
    "42501",
  );
});

story(
  "a webhook about texts keeps the file of the header; the list is then read, once for many webhooks",
  async (db) => {
    const { tenantId, businessAccountId } = await aWorkspace(db);
    const header = { type: "HEADER", format: "IMAGE", example: { header_handle: ["https://example.com/a"] } };
    const report = { tenant_id: tenantId, business_account_id: businessAccountId, name: "a", language: "de" };
    const components = [header, { type: "BODY", text: "Old" }];
    await db.query("select app_private.apply_template_reports($1)", [
      JSON.stringify([{ ...report, components, heard_at: "2026-01-01T00:00:00Z" }]),
    ]);
    await db.query("delete from graphile_worker._private_jobs");
    for (const text of ["Newer", "New"])
      await db.query("select app_private.apply_template_update($1)", [
        { ...report, texts: [{ type: "BODY", text }], heard_at: "2026-01-02T00:00:00Z" },
      ]);
    const { rows } = await db.query("select components from app_public.templates");
    assert.deepEqual(rows, [{ components: [header, { type: "BODY", text: "New" }] }]);
    const { rows: jobs } = await db.query("select key, run_at > now() as is_later from graphile_worker.jobs");
    assert.equal(jobs.length, 1);
    assert.match(jobs[0].key, /^sync_templates:/);
    assert.ok(jobs[0].is_later);
  },
);
