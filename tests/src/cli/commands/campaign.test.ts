import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { aConversation, aWorkspace, type Workspace } from "../../../support/people.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
let workspace: Workspace;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  workspace = await aWorkspace(database.pool);
  const { contactId } = await aConversation(database.pool, workspace, { isWindowOpen: true });
  await database.pool.query("update app_public.contacts set name = 'Ann' where id = $1", [contactId]);
});
after(() => database.drop());

test("a campaign is created, previewed, started, paused, resumed and cancelled by its name", async () => {
  const tenant = ["--tenant", workspace.tenantId];
  const all = JSON.stringify({ field: "createdAt", after: "1 day ago" });
  const created = await parley.json([
    ...["campaign", "create", "Menu", ...tenant, "--audience", all],
    ...["--text", "Hello {{contact.name|there}}"],
  ]);
  assert.equal(created.status, "draft");

  const preview = await parley.json<{ recipients: number; examples: { text: string }[] }>([
    ...["campaign", "preview", "Menu", ...tenant],
  ]);
  assert.deepEqual([preview.recipients, preview.examples[0]?.text], [1, "Hello Ann"]);
  const { stdout } = await parley(["campaign", "preview", "Menu", ...tenant]);
  assert.match(stdout, /^1 of 1 contacts would get it\n/);
  assert.match(stdout, /Hello Ann/);

  const statusAfter = async (...step: string[]) =>
    (await parley.json(["campaign", ...step, ...tenant])).status;
  assert.equal(await statusAfter("start", "Menu"), "running");
  assert.match(await parley.failure(["campaign", "preview", "Menu", ...tenant]), /PYCAM/);
  assert.equal(await statusAfter("pause", "Menu"), "paused");
  assert.equal(await statusAfter("resume", "Menu"), "running");
  assert.equal(await statusAfter("cancel", "Menu"), "cancelled");
  assert.equal((await parley.json(["campaign", "status", "Menu", ...tenant])).status, "cancelled");
  assert.match(await parley.failure(["campaign", "start", "Nothing", ...tenant]), /PYNFD/);
});
