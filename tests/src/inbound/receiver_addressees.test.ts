import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sealChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { framed, postWebhook, textMessage, texts, webhookBody } from "../../support/webhooks.ts";

/** Whom a webhook is for: several numbers of one app in one body, other tenants', customers who change their address. */

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { withWorker: false });
});
after(async () => {
  await program.stop();
  await database.drop();
});

/** A workspace whose channel belongs to the Meta app of another. */
async function sharing(other: ConnectedWorkspace): Promise<ConnectedWorkspace> {
  const workspace = await program.connectedWorkspace();
  const { appSecret } = other;
  await database.pool.query("select app_private.set_channel_secrets($1, $2)", [
    workspace.channelId,
    JSON.stringify(sealChannelSecrets(workspace.channelId, { appSecret }, program.ring)),
  ]);
  return { ...workspace, appSecret };
}

async function said({ tenantId }: ConnectedWorkspace): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select content ->> 'body' as body from app_public.messages where tenant_id = $1 order by created_at",
    [tenantId],
  );
  return rows.map(({ body }) => body);
}

async function lastSkipped({ tenantId }: ConnectedWorkspace): Promise<{ kind: string; reason: string }[]> {
  const { rows } = await database.pool.query(
    "select skipped from app_public.webhook_events where tenant_id = $1 order by id desc limit 1",
    [tenantId],
  );
  return rows[0].skipped;
}

test("one body with numbers of several tenants of one app, and with one of another app", async () => {
  const first = await program.connectedWorkspace();
  const second = await sharing(first);
  const stranger = await program.connectedWorkspace();
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [first, second, stranger].map((workspace) => ({
      id: workspace.businessAccountId,
      changes: [
        { field: "messages", value: framed(workspace, texts("15551110001", `for ${workspace.slug}`)) },
      ],
    })),
  });
  assert.equal((await postWebhook(program.url, first, body)).status, 200);
  assert.deepEqual(await said(first), [`for ${first.slug}`]);
  assert.deepEqual(await said(second), [`for ${second.slug}`]);
  assert.deepEqual(await said(stranger), []);
  assert.deepEqual(await lastSkipped(first), [
    { kind: "message", reason: `no channel of this app has the number ${stranger.phoneNumberId}` },
  ]);
  const { rows } = await database.pool.query(
    "select count(*)::int as contacts from app_public.contacts where phone = '+15551110001'",
  );
  assert.equal(rows[0].contacts, 2, "a person is a contact of each tenant");
});

test("a status moves only a message of the tenant that the number is of", async () => {
  const victim = await program.connectedWorkspace();
  const attacker = await program.connectedWorkspace();
  const { rows } = await database.pool.query(
    `with contact as (insert into app_public.contacts (tenant_id, phone) values ($1, '+15551110002') returning id),
     conversation as (
       insert into app_public.conversations (tenant_id, channel_id, contact_id, window_expires_at)
       select $1, $2, id, now() + interval '1 day' from contact returning id
     )
     insert into app_public.messages (tenant_id, conversation_id, type, content)
     select $1, id, 'text', '{"body": "secret"}' from conversation returning id`,
    [victim.tenantId, victim.channelId],
  );
  const status = {
    id: "wamid.x",
    status: "read",
    timestamp: String(Math.floor(Date.now() / 1000)),
    biz_opaque_callback_data: rows[0].id,
  };
  for (const number of [attacker, { ...attacker, phoneNumberId: victim.phoneNumberId }]) {
    const body = webhookBody(number, { statuses: [status] });
    assert.equal((await postWebhook(program.url, attacker, body)).status, 200);
  }
  const look = () =>
    database.pool.query("select status from app_public.message_statuses where message_id = $1", [rows[0].id]);
  assert.equal((await look()).rows[0].status, "queued");
  const body = webhookBody(victim, { statuses: [status] });
  assert.equal((await postWebhook(program.url, victim, body)).status, 200);
  assert.equal((await look()).rows[0].status, "read");
});

test("news of a template go to the tenant whose account it is, though they come to the app's one address", async () => {
  const first = await program.connectedWorkspace();
  const second = await sharing(first);
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: second.businessAccountId,
        time: 1_763_690_400,
        changes: [
          {
            field: "message_template_status_update",
            value: {
              event: "APPROVED",
              message_template_id: 594425479261596,
              message_template_name: "order_ready",
              message_template_language: "en_US",
              reason: null,
            },
          },
          {
            field: "message_template_status_update",
            value: {
              event: "FLAGGED",
              message_template_id: 1,
              message_template_name: "No Such Name",
              message_template_language: "en-US",
            },
          },
        ],
      },
    ],
  });
  assert.equal((await postWebhook(program.url, first, body)).status, 200);
  const { rows } = await database.pool.query(
    "select tenant_id, name, status from app_public.templates where business_account_id = $1",
    [second.businessAccountId],
  );
  assert.deepEqual(rows, [{ tenant_id: second.tenantId, name: "order_ready", status: "approved" }]);
  assert.deepEqual(await lastSkipped(second), [
    { kind: "template_update", reason: "it names no template, or no language" },
  ]);
});

test("a customer whose number changes stays one contact; the next owner of the old number is a new one", async () => {
  const workspace = await program.connectedWorkspace();
  const [oldNumber, newNumber] = ["15551110003", "15551110004"];
  const ago = (seconds: number) => String(Math.floor(Date.now() / 1000) - seconds);
  const change = webhookBody(workspace, {
    messages: [
      {
        from: oldNumber,
        id: "wamid.change",
        timestamp: ago(3 * 24 * 3600),
        type: "system",
        system: { type: "user_changed_number", body: "changed", wa_id: newNumber },
      },
    ],
  });
  const post = async (body: string) =>
    assert.equal((await postWebhook(program.url, workspace, body)).status, 200);
  const threads = async () =>
    (
      await database.pool.query(
        `select p.phone, (select count(*)::int from app_public.messages m where m.conversation_id = c.id) as messages
         from app_public.conversations c join app_public.contacts p on p.id = c.contact_id
         where c.tenant_id = $1 order by p.phone`,
        [workspace.tenantId],
      )
    ).rows;

  await post(
    webhookBody(workspace, {
      messages: [{ ...textMessage(oldNumber, "the old number"), timestamp: ago(4 * 24 * 3600) }],
    }),
  );
  await post(change);
  await post(webhookBody(workspace, texts(newNumber, "the new number")));
  const afterwards = [{ phone: `+${newNumber}`, messages: 3 }];
  assert.deepEqual(await threads(), afterwards);
  await post(change);
  assert.deepEqual(await threads(), afterwards);

  // The telephone company gives the number to somebody else, and Meta tells the old news once more.
  await post(webhookBody(workspace, texts(oldNumber, "somebody else")));
  const two = [{ phone: `+${oldNumber}`, messages: 1 }, ...afterwards];
  assert.deepEqual(await threads(), two);
  await post(change);
  assert.deepEqual(await threads(), two);
});

test("a thousand messages of a thousand strangers come in one body", async () => {
  const workspace = await program.connectedWorkspace();
  const phones = Array.from({ length: 1000 }, (_, at) => `1555300${String(at).padStart(4, "0")}`);
  const body = webhookBody(workspace, {
    contacts: phones.map((phone) => ({ wa_id: phone, profile: { name: `Customer ${phone}` } })),
    messages: phones.map((phone) => textMessage(phone, "Hello")),
  });
  for (const time of ["first", "second"]) {
    // On a busy machine it may be told to come again, as the provider would.
    await until(
      `a 200, for the ${time} time`,
      async () => (await postWebhook(program.url, workspace, body)).status === 200,
    );
  }
  assert.equal((await said(workspace)).length, 1000);
});
