import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { storedFile } from "../support/media.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { sandbox: { approvesTemplatesAfterMs: null } });
});
after(async () => {
  await program.stop();
  await database.drop();
});

const PLAIN = [{ type: "BODY", text: "Your order is ready." }];

/** A draft in a workspace whose number the sandbox plays. */
async function aDraft(components: object[] = PLAIN): Promise<{ workspace: ConnectedWorkspace; id: string }> {
  const workspace = await program.connectedWorkspace();
  return { workspace, id: await draftIn(workspace, components) };
}

async function draftIn(
  { tenantId, businessAccountId }: ConnectedWorkspace,
  components: object[],
): Promise<string> {
  const { rows } = await database.pool.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, category, components)
     values ($1, $2, 'order_ready', 'en_US', 'utility', $3) returning id`,
    [tenantId, businessAccountId, JSON.stringify(components)],
  );
  return rows[0].id;
}

type Outcome = { state: string; error_code: string | null; error: string | null; attempts: number };

/** Requests a change and waits for its outcome. */
async function change(id: string, kind: string, components: object[] | null = null): Promise<Outcome> {
  const { rows } = await database.pool.query(
    "insert into app_public.template_changes (template_id, kind, components) values ($1, $2, $3) returning id",
    [id, kind, components && JSON.stringify(components)],
  );
  return until(`the change ${kind}`, async () => {
    const { rows: changes } = await database.pool.query(
      "select state, error_code, error, attempts from app_public.template_changes where id = $1",
      [rows[0].id],
    );
    return changes[0].state !== "queued" && changes[0];
  });
}

const DONE = { state: "done", error_code: null, error: null, attempts: 1 };

function status(id: string, expected: string): Promise<{ status: string; status_reason: string | null }> {
  return until(`the status ${expected}`, async () => {
    const { rows } = await database.pool.query(
      "select status, status_reason, status_details, category from app_public.templates where id = $1",
      [id],
    );
    return rows[0].status === expected && rows[0];
  });
}

test("from a draft with a file to its deletion: every step at Meta, and what Meta decides of it", async () => {
  const workspace = await program.connectedWorkspace();
  const { tenantId, businessAccountId } = workspace;
  const mediaId = await storedFile(
    database.pool,
    program.config.MEDIA_STORAGE!,
    tenantId,
    randomBytes(300_000),
  );
  const header = { type: "HEADER", format: "IMAGE", example: { media_id: mediaId } };
  const id = await draftIn(workspace, [header, ...PLAIN]);
  assert.deepEqual(await change(id, "create"), DONE);
  await status(id, "pending");
  const decide = (kind: "approve" | "pause") =>
    program.sandbox.decide(businessAccountId, "order_ready", { kind });
  program.sandbox.decide(businessAccountId, "order_ready", {
    kind: "reject",
    reason: "TAG_CONTENT_MISMATCH",
  });
  assert.equal((await status(id, "rejected")).status_reason, "TAG_CONTENT_MISMATCH");
  const text = "Your order is ready, come and get it.";
  const edited = [header, { type: "BODY", text }];
  assert.deepEqual(await change(id, "edit", edited), DONE);
  await status(id, "pending");
  decide("approve");
  await status(id, "approved");
  decide("pause");
  assert.equal((await status(id, "paused")).status_reason, "FIRST_PAUSE");
  assert.deepEqual(await change(id, "unpause"), DONE);
  await status(id, "approved");
  program.sandbox.decide(businessAccountId, "order_ready", { kind: "recategorise", category: "MARKETING" });
  await until("the category", async () => {
    const { rows } = await database.pool.query("select category from app_public.templates where id = $1", [
      id,
    ]);
    return rows[0].category === "marketing";
  });
  // The list, which is read after each change, has Meta's own handle instead of our file.
  const { rows } = await database.pool.query("select components from app_public.templates where id = $1", [
    id,
  ]);
  assert.equal(rows[0].components[1].text, text);
  assert.deepEqual(await change(id, "delete"), DONE);
  await status(id, "deleted");
});

test("a change whose answer was lost is found to be done, and not made twice", async () => {
  const { workspace, id } = await aDraft();
  program.sandbox.faults.add({ kind: "cut", accepts: true }, { operation: "createTemplate", times: 1 });
  assert.deepEqual(await change(id, "create"), { ...DONE, attempts: 2 });
  assert.equal((await status(id, "pending")).status, "pending");
  program.sandbox.decide(workspace.businessAccountId, "order_ready", { kind: "approve" });
  await status(id, "approved");
  program.sandbox.faults.add({ kind: "cut", accepts: true }, { operation: "deleteTemplate", times: 1 });
  assert.deepEqual(await change(id, "delete"), { ...DONE, attempts: 2 });
});

test("what Meta refuses is a failure in Meta's words; the draft stays, and the channel keeps sending", async () => {
  const { workspace, id } = await aDraft();
  const { businessAccountId, tenantId } = workspace;
  program.sandbox.addTemplate(businessAccountId, {
    name: "order_ready",
    components: [{ type: "BODY", text: "Another one" }],
  });
  const taken = await change(id, "create");
  assert.equal(taken.state, "failed");
  assert.equal(taken.error_code, "2388024");
  assert.match(taken.error ?? "", /already content in this language/);
  // The list shows which template it is.
  await status(id, "approved");

  program.sandbox.faults.add({ kind: "error", code: 200 }, { operation: "editTemplate", times: 1 });
  const refused = await change(id, "edit", PLAIN);
  assert.deepEqual([refused.state, refused.error_code], ["failed", "200"]);

  const header = { type: "HEADER", format: "IMAGE", example: { media_id: randomUUID() } };
  const gone = await change(id, "edit", [header, ...PLAIN]);
  assert.deepEqual([gone.state, gone.error_code], ["failed", "PYGON"]);
  const { rows } = await database.pool.query("select status from app_public.channels where tenant_id = $1", [
    tenantId,
  ]);
  assert.equal(rows[0].status, "active");
});
