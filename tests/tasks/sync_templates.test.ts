import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Template } from "../../sandbox/templates.ts";
import { setChannelSecrets } from "../../src/secrets/set_channel_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram, testKeyRing } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
});
after(async () => {
  await program.stop();
  await database.drop();
});

const BODY: Template["components"] = [{ type: "BODY", text: "Your order is ready." }];

const sync = ({ tenantId, businessAccountId }: ConnectedWorkspace) =>
  database.pool.query("select app_private.request_template_sync($1, $2)", [tenantId, businessAccountId]);

/** When the list was last read, and the problem of the last attempt. */
async function checked({
  channelId,
}: ConnectedWorkspace): Promise<{ at: Date | null; problem: string | null }> {
  const { rows } = await database.pool.query(
    `select templates_checked_at as at, templates_problem as problem
     from app_public.whatsapp_channels where channel_id = $1`,
    [channelId],
  );
  return rows[0];
}

async function known({ tenantId }: ConnectedWorkspace): Promise<Record<string, string>> {
  const { rows } = await database.pool.query(
    "select name, language, status from app_public.templates where tenant_id = $1",
    [tenantId],
  );
  return Object.fromEntries(rows.map(({ name, language, status }) => [`${name}/${language}`, status]));
}

test("the list of an account's templates is stored whole, page by page; what has gone from it is deleted", async () => {
  const workspace = await program.connectedWorkspace();
  const { tenantId, businessAccountId } = workspace;
  for (let n = 0; n < 120; n += 1)
    program.sandbox.addTemplate(businessAccountId, { name: `t_${n}`, language: "en-US", components: BODY });
  program.sandbox.addTemplate(businessAccountId, {
    name: "paused",
    status: "PAUSED",
    category: "MARKETING",
    parameter_format: "NAMED",
    components: [{ type: "BODY", text: "Hi {{name}}!" }],
  });
  await database.pool.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, status_at)
     values ($1, $2, 'gone', 'de', 'approved', now() - interval '1 hour'), ($1, $2, 'mine', 'de', 'draft', null)`,
    [tenantId, businessAccountId],
  );
  // The second page is asked for with a cursor that is not valid any more: the list is read from its start.
  program.sandbox.faults.add({ kind: "error", code: 131059 }, { operation: "listTemplates", times: 1 });
  await sync(workspace);
  await until("the list to be read", async () => (await checked(workspace)).at);
  const templates = await known(workspace);
  assert.equal(Object.keys(templates).length, 123);
  assert.equal(templates["t_119/en_US"], "approved");
  assert.equal(templates["gone/de"], "deleted");
  assert.equal(templates["mine/de"], "draft");
  const { rows } = await database.pool.query(
    `select status, category, parameter_format, components, provider_template_id is not null as has_id
     from app_public.templates where tenant_id = $1 and name = 'paused'`,
    [tenantId],
  );
  assert.deepEqual(rows, [
    {
      status: "paused",
      category: "marketing",
      parameter_format: "named",
      components: [{ type: "BODY", text: "Hi {{name}}!" }],
      has_id: true,
    },
  ]);
});

test("a list that cannot be read deletes nothing; the channel says why, and keeps sending", async () => {
  const workspace = await program.connectedWorkspace();
  program.sandbox.addTemplate(workspace.businessAccountId, { name: "kept", components: BODY });
  await sync(workspace);
  await until("the list to be read", async () => (await checked(workspace)).at);
  program.sandbox.faults.add(
    { kind: "error", code: 200, details: "whatsapp_business_management is missing" },
    { operation: "listTemplates", times: 1 },
  );
  await sync(workspace);
  const { problem } = await until("the problem", async () => {
    const state = await checked(workspace);
    return state.problem === null ? false : { problem: state.problem };
  });
  assert.match(problem, /API Permission.*whatsapp_business_management is missing/);
  assert.equal((await known(workspace))["kept/en_US"], "approved");
  const { rows } = await database.pool.query("select status from app_public.channels where id = $1", [
    workspace.channelId,
  ]);
  assert.equal(rows[0].status, "active");
});

test("until when the token is accepted is recorded; what cannot be read stays, and a new token is asked about", async () => {
  const workspace = await program.connectedWorkspace();
  const { channelId, phoneNumberId, businessAccountId, accessToken, appSecret } = workspace;
  const tokenExpiresAt = Math.floor(Date.now() / 1000) + 86_400;
  program.sandbox.addNumber({
    ...{ phoneNumberId, businessAccountId, accessToken, appSecret, tokenExpiresAt },
    displayPhoneNumber: "15550001111",
    webhookUrl: program.sandbox.url,
  });
  const expiresAt = async () => {
    const { rows } = await database.pool.query(
      "select access_expires_at as at from app_public.whatsapp_channels where channel_id = $1",
      [channelId],
    );
    return rows[0].at;
  };
  await sync(workspace);
  await until("the list to be read", async () => (await checked(workspace)).at);
  assert.deepEqual(await expiresAt(), new Date(tokenExpiresAt * 1000));

  program.sandbox.faults.add({ kind: "error", code: 10, httpStatus: 403 }, { operation: "readToken" });
  const [before] = [(await checked(workspace)).at];
  await sync(workspace);
  await until("the list to be read again", async () => (await checked(workspace)).at! > before!);
  assert.deepEqual(await expiresAt(), new Date(tokenExpiresAt * 1000));
  await setChannelSecrets(database.pool, channelId, { accessToken }, testKeyRing);
  assert.equal(await expiresAt(), null);
});
