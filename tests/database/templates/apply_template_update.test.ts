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
    status: "unknown",
    status_reason: null,
    category: null,
    quality_rating: "GREEN",
    provider_template_id: null,
  });
});

story("an update changes only the columns it contains", async (db) => {
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

story("an unknown value from Meta causes no error: the known value is kept", async (db) => {
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

const at = (second: number) => new Date(Date.UTC(2026, 8, 1, 0, 0, second)).toISOString();

const HEARD = {
  status: ["APPROVED", "DISABLED", "approved", "disabled"],
  category: ["UTILITY", "MARKETING", "utility", "marketing"],
  quality_rating: ["GREEN", "RED", "GREEN", "RED"],
} as const;
for (const [column, [old, fresh, , stored]] of Object.entries(HEARD))
  story(`a template's ${column}: an older value does not replace a newer one, in any order`, async (db) => {
    const first = { [column]: old, heard_at: at(1) };
    const second = { [column]: fresh, heard_at: at(2) };
    for (const order of [
      [first, second],
      [second, first],
      [first, second, first],
      [first, second, first, second, first],
    ]) {
      const workspace = await aWorkspace(db);
      for (const update of order) await apply(db, workspace, update);
      const { rows } = await db.query(
        `select ${column} as known from app_public.templates where tenant_id = $1`,
        [workspace.tenantId],
      );
      assert.deepEqual(rows, [{ known: stored }]);
    }
  });

story("a newer value of one column does not make the value of another one outdated", async (db) => {
  const workspace = await aWorkspace(db);
  await apply(db, workspace, { quality_rating: "RED", heard_at: at(9) });
  await apply(db, workspace, { status: "PAUSED", status_reason: "quality", heard_at: at(5) });
  await apply(db, workspace, { status: "QUANTUM", heard_at: at(8) });
  await apply(db, workspace, { status: "APPROVED", heard_at: at(6) });
  const { status, status_reason, quality_rating } = await template(db);
  assert.deepEqual([status, status_reason, quality_rating], ["approved", null, "RED"]);
});

story("a template's components are stored, and a report without any leaves them", async (db) => {
  const workspace = await aWorkspace(db);
  const components = [{ type: "BODY", text: "Hi {{1}}" }];
  await apply(db, workspace, { components, heard_at: at(2) });
  await apply(db, workspace, { texts: [{ type: "BODY", text: "Older" }], heard_at: at(1) });
  await apply(db, workspace, { status: "APPROVED", components: null, heard_at: at(3) });
  const { rows } = await db.query("select status, components from app_public.templates");
  assert.deepEqual(rows, [{ status: "approved", components }]);
});
