import assert from "node:assert/strict";
import type pg from "pg";
import { aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function apply(
  db: pg.PoolClient,
  { tenantId, businessAccountId }: Workspace,
  update: object,
): Promise<void> {
  await db.query("select app_private.apply_template_update($1)", [
    {
      tenant_id: tenantId,
      business_account_id: businessAccountId,
      name: "hello",
      language: "en_US",
      ...update,
    },
  ]);
}

async function template(db: pg.PoolClient) {
  const { rows } = await db.query(
    "select status, status_reason, category, quality_rating, provider_template_id from app_public.templates",
  );
  assert.equal(rows.length, 1);
  return rows[0];
}

story("a template is learnt from the first update about it, whichever that is", async (db) => {
  const workspace = await aWorkspace(db);
  await apply(db, workspace, { quality_rating: "GREEN" });
  assert.deepEqual(await template(db), {
    status: "pending",
    status_reason: null,
    category: null,
    quality_rating: "GREEN",
    provider_template_id: null,
  });
});

story("an update changes what it is about and leaves the rest", async (db) => {
  const workspace = await aWorkspace(db);
  await apply(db, workspace, {
    status: "REJECTED",
    status_reason: "Abusive",
    provider_template_id: "12345678901234567890",
  });
  await apply(db, workspace, { category: "MARKETING" });
  await apply(db, workspace, { quality_rating: "RED" });
  assert.deepEqual(await template(db), {
    status: "rejected",
    status_reason: "Abusive",
    category: "marketing",
    quality_rating: "RED",
    provider_template_id: "12345678901234567890",
  });
  await apply(db, workspace, { status: "APPROVED" });
  const { status, status_reason, category } = await template(db);
  assert.deepEqual(
    { status, status_reason, category },
    { status: "approved", status_reason: null, category: "marketing" },
  );
});

const WORDS = {
  APPROVED: "approved",
  REINSTATED: "approved",
  FLAGGED: "approved",
  UNLOCKED: "approved",
  LOCKED: "disabled",
  PAUSED: "paused",
  IN_APPEAL: "in_appeal",
  PENDING_DELETION: "pending_deletion",
  LIMIT_EXCEEDED: "limit_exceeded",
};
for (const [word, status] of Object.entries(WORDS))
  story(`Meta's ${word} means ${status}`, async (db) => {
    await apply(db, await aWorkspace(db), { status: word });
    assert.equal((await template(db)).status, status);
  });

story("a word that Meta invents tomorrow stops nothing: what was known stays", async (db) => {
  const workspace = await aWorkspace(db);
  await apply(db, workspace, { status: "APPROVED", category: "UTILITY" });
  await apply(db, workspace, { status: "QUANTUM", category: "SURPRISE" });
  const { status, category } = await template(db);
  assert.deepEqual({ status, category }, { status: "approved", category: "utility" });
});

story("an update that does not say which template it is about changes nothing", async (db) => {
  const workspace = await aWorkspace(db);
  for (const missing of ["name", "language", "business_account_id"])
    await apply(db, workspace, { status: "APPROVED", [missing]: null });
  assert.equal((await db.query("select from app_public.templates")).rowCount, 0);
});
