import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { aWorkspace, type Workspace } from "../../../support/people.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
let workspace: Workspace;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  workspace = await aWorkspace(database.pool);
});
after(() => database.drop());

/** A stored body with one text message, as if applying it had failed. */
async function aFailedBody(wamid: string, text?: string): Promise<string> {
  const { phoneNumberId, businessAccountId, tenantId, channelId } = workspace;
  const message = {
    from: "15557770001",
    id: wamid,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: "text",
    text: { body: "Hi" },
  };
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550001111", phone_number_id: phoneNumberId },
    contacts: [{ profile: { name: "Ann" }, wa_id: "15557770001" }],
    messages: [message],
  };
  const body =
    text ??
    JSON.stringify({
      object: "whatsapp_business_account",
      entry: [{ id: businessAccountId, changes: [{ field: "messages", value }] }],
    });
  const { rows } = await database.pool.query(
    `insert into app_public.webhook_events (tenant_id, channel_id, status, error, body)
     values ($1, $2, 'failed', 'it was a test', convert_to($3, 'UTF8')) returning id`,
    [tenantId, channelId, body],
  );
  return rows[0].id;
}

const messages = async () =>
  (await database.pool.query("select count(*)::int from app_public.messages")).rows[0].count;

test("bodies are applied again, by status, by id, by channel; twice is once", async () => {
  const id = await aFailedBody("wamid.ONE");
  await aFailedBody("wamid.TWO");
  assert.deepEqual(await parley.json(["webhook", "replay", "--id", id]), {
    replayed: 1,
    failed: 0,
    newMessages: 1,
  });
  assert.deepEqual(await parley.json(["webhook", "replay", "--status", "failed"]), {
    replayed: 1,
    failed: 0,
    newMessages: 1,
  });
  assert.equal(await messages(), 2);
  const all = ["webhook", "replay", "--channel", workspace.phoneNumberId, "--since", "2020-01-01"];
  assert.deepEqual(await parley.json(all), { replayed: 2, failed: 0, newMessages: 0 });
  assert.deepEqual(await parley.json(["webhook", "replay", "--all", "--limit", "1"]), {
    replayed: 1,
    failed: 0,
    newMessages: 0,
  });
  assert.deepEqual(await parley.json(["webhook", "replay", "--until", "2020-01-01"]), {
    replayed: 0,
    failed: 0,
    newMessages: 0,
  });
  assert.equal(await messages(), 2);
});

test("bodies that fail again are counted, and set the exit code", async () => {
  const id = await aFailedBody("", "this is no JSON");
  const ran = await parley(["webhook", "replay", "--id", id, "--json"]);
  assert.deepEqual([ran.code, JSON.parse(ran.stdout).failed], [1, 1]);
  const { rows } = await database.pool.query(
    "select status, attempts, error from app_public.webhook_events where id = $1",
    [id],
  );
  assert.equal(rows[0].status, "failed");
  assert.equal(rows[0].attempts, 2);
});

test("without a filter nothing is replayed; an invalid filter is refused", async () => {
  const bad: [args: string[], expected: RegExp][] = [
    [[], /^error: Select bodies.*\(PYREQ\)$/],
    [["--limit", "5"], /^error: Select bodies/],
    [["--channel", "nobody"], /There is no channel.*\(PYNFD\)$/],
  ];
  for (const [args, expected] of bad)
    assert.match(await parley.failure(["webhook", "replay", ...args]), expected);
  for (const args of [
    ["--id", "not-a-uuid"],
    ["--since", "yesterday"],
    ["--status", "green"],
    ["--limit", "-1"],
    ["--limit", "1e9"],
  ]) {
    const { code, stderr } = await parley(["webhook", "replay", ...args]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: option/);
  }
});
