import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createSandbox } from "../../../sandbox/sandbox.ts";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { importChatbot } from "../../../src/chatbot/exchange/import.ts";
import { validateGraph } from "../../../src/chatbot/validation/validate.ts";
import { ensureDemo } from "../../../src/demo/demo.ts";
import { registerSandboxChannels } from "../../../src/demo/sandbox_channels.ts";
import { registerSandboxTemplates } from "../../../src/demo/sandbox_templates.ts";
import { keyRing } from "../../../src/secrets/key_ring.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

const log = createLog("silent");
const ring = keyRing(["a secret key for tests, long enough"]);
const URL_BEFORE = "http://127.0.0.1:4000";

let database: TestDatabase;
let dataDir: string;
before(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "parley-demo-"));
});
after(async () => {
  await rm(dataDir, { recursive: true });
  await database.drop();
});

const ensure = () =>
  ensureDemo(database.pool, readConfig({ PARLEY_DATA_DIR: dataDir }), `${URL_BEFORE}/sandbox/graph`, ring);
const count = async (table: string) =>
  (await database.pool.query(`select count(*)::int from app_public.${table}`)).rows[0].count;

test("the demo's chatbot has nothing wrong with it, and shows text, buttons and a list", async () => {
  const read = importChatbot(
    await readFile(new URL("../../../src/demo/chatbot.json", import.meta.url), "utf8"),
  );
  assert.equal(read.kind, "imported");
  if (read.kind !== "imported") return;
  assert.deepEqual([...read.warnings, ...validateGraph(read.chatbot.graph)], []);
  const kinds = read.chatbot.graph.nodes.map(({ data }) => data.questionType).filter(Boolean);
  assert.deepEqual(new Set(kinds), new Set(["buttons", "list", "text"]));
});

test("concurrent starts create it once, and every start prints the same sign-ins", async () => {
  const [first, ...others] = await Promise.all([ensure(), ensure(), ensure()]);
  for (const signIns of [...others, await ensure()]) assert.deepEqual(signIns, first);
  assert.deepEqual(
    first.map(({ role }) => role),
    ["owner", "agent", "viewer"],
  );
  assert.equal((await stat(join(dataDir, "demo.json"))).mode & 0o777, 0o600);
  assert.deepEqual([await count("tenants"), await count("users"), await count("channels")], [1, 3, 1]);
  const { rows } = await database.pool.query("select status from app_public.chatbots");
  assert.deepEqual(rows, [{ status: "active" }]);
});

test("the sandbox's numbers follow the port, and other channels are left alone", async () => {
  const { pool } = database;
  await pool.query(
    `select app_private.add_whatsapp_channel(t.id, jsonb_build_object(
       'name', 'a proxy', 'phone_number_id', '1', 'business_account_id', '1',
       'graph_url', 'https://proxy.example.com/sandbox/graph'
     )) from app_public.tenants t`,
  );
  const sandbox = createSandbox();
  await registerSandboxChannels(pool, sandbox, "http://127.0.0.1:5555", ring, log);
  const { rows } = await pool.query(
    "select graph_url from app_public.whatsapp_channels order by phone_number_id",
  );
  assert.deepEqual(
    rows.map(({ graph_url: url }) => url),
    ["https://proxy.example.com/sandbox/graph", "http://127.0.0.1:5555/sandbox/graph"],
  );
  const phone = sandbox.customer({ phone: "15557770001" });
  assert.equal(phone.chat.number.phoneNumberId, "100000000000001");
  assert.match(
    phone.chat.number.webhookUrl,
    /^http:\/\/127\.0\.0\.1:5555\/webhooks\/whatsapp\/[0-9a-f-]{36}$/,
  );
  await sandbox.close();
});

test("the sandbox has the templates of its account again, and no drafts", async () => {
  const account = "200000000000001";
  await database.pool.query(
    `insert into app_public.templates
       (tenant_id, business_account_id, name, language, status, category, provider_template_id, components)
     select t.id, $1, n.name, 'en_US', n.status::app_public.template_status, 'marketing', n.id, $2
     from app_public.tenants t, (values ('spring', 'approved', '71'), ('summer', 'paused', '72'), ('draft', 'draft', null))
       n (name, status, id)`,
    [account, JSON.stringify([{ type: "BODY", text: "Hello" }])],
  );
  const sandbox = createSandbox();
  await registerSandboxTemplates(database.pool, sandbox, "http://127.0.0.1:5555", log);
  // No number is registered, so nothing is reported.
  const rated = (name: string) => sandbox.decide(account, name, { kind: "rate", score: "GREEN" });
  const { id, status, category, parameter_format } = rated("spring");
  assert.deepEqual([id, status, category, parameter_format], ["71", "APPROVED", "MARKETING", "POSITIONAL"]);
  assert.equal(rated("summer").status, "PAUSED");
  assert.throws(() => rated("draft"), /no template/);
  await sandbox.close();
});

test("a channel whose secrets cannot be opened is skipped", async () => {
  const sandbox = createSandbox();
  const wrong = keyRing(["another key, which is just as long"]);
  await registerSandboxChannels(database.pool, sandbox, "http://127.0.0.1:5555", wrong, log);
  assert.throws(() => sandbox.customer({ phone: "15557770001" }), /no number/);
  await sandbox.close();
});

test("a demo that was removed comes back with the sign-ins that are printed", async () => {
  await database.pool.query("delete from app_public.tenants");
  await rm(join(dataDir, "demo.json"));
  for (const { email, password } of await ensure()) {
    const { rows } = await database.pool.query(
      "select outcome from app_hidden.sign_in($1, $2, null, null, '90 days')",
      [email, password],
    );
    assert.equal(rows[0].outcome, "signed_in", email);
  }
});

test("a demo that was replaced by another tenant is not created again", async () => {
  await database.pool.query("insert into app_public.tenants (slug, name) values ('ours', 'Ours')");
  await database.pool.query("delete from app_public.tenants where slug = 'demo'");
  assert.deepEqual(await ensure(), []);
  assert.equal(await count("tenants"), 1);
});
