import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { addChannel } from "../../../src/channels/whatsapp/add_channel.ts";
import type { GivenChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { setChannelSecrets } from "../../../src/secrets/set_channel_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { digits } from "../../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { postWebhook, texts, webhookBody } from "../../support/webhooks.ts";

/** One Meta app serves several tenants: who receives a number's messages, and what one tenant can do to the others. */

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

const rotate = (channelId: string, secrets: GivenChannelSecrets) =>
  setChannelSecrets(database.pool, channelId, secrets, program.ring);

/** A workspace whose channel belongs to the given Meta app. */
async function withApp(appSecret: string): Promise<ConnectedWorkspace> {
  const workspace = await program.connectedWorkspace();
  await rotate(workspace.channelId, { appSecret });
  return { ...workspace, appSecret };
}

function connect(
  { tenantId }: ConnectedWorkspace,
  number: { phoneNumberId: string; businessAccountId: string },
  appSecret: string,
): Promise<string> {
  const secrets = { accessToken: "t", appSecret, verifyToken: `verify-${appSecret}` };
  const channel = { ...number, tenantId, name: "Another", displayPhoneNumber: "15550002222" };
  return addChannel(database.pool, channel, secrets, program.ring);
}

async function webhookKey(channelId: string): Promise<string> {
  const { rows } = await database.pool.query("select webhook_key from app_public.channels where id = $1", [
    channelId,
  ]);
  return rows[0].webhook_key;
}

async function heard({ tenantId }: ConnectedWorkspace): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select content ->> 'body' as body from app_public.messages where tenant_id = $1 order by created_at",
    [tenantId],
  );
  return rows.map(({ body }) => body);
}

/** A customer writes to a number; the app signs, and posts to an address. */
async function say(
  to: ConnectedWorkspace,
  body: string,
  address: string,
  appSecret: string,
): Promise<number> {
  const { status } = await postWebhook(
    program.url,
    { channelId: address, appSecret },
    webhookBody(to, texts("15557770001", body)),
  );
  return status;
}

test("a channel with made-up secrets receives no events of another tenant's number in the app", async () => {
  const app = `app-${randomUUID()}`;
  const intruder = await withApp(app);
  const victim = await withApp(app);
  await connect(intruder, victim, "invented");
  assert.equal(await say(victim, "by the intruder's address", intruder.channelId, app), 200);
  assert.deepEqual([await heard(victim), await heard(intruder)], [["by the intruder's address"], []]);
  const { rows } = await database.pool.query(
    "select tenant_id from app_public.webhook_events where position(convert_to('by the intruder', 'UTF8') in body) > 0",
  );
  assert.deepEqual(rows, [{ tenant_id: victim.tenantId }], "the raw body is the recipient's as well");
});

test("the made-up secrets of a channel authenticate no events for other tenants of its former app", async () => {
  const app = `app-${randomUUID()}`;
  const intruder = await withApp(app);
  const victim = await withApp(app);
  await rotate(intruder.channelId, { appSecret: "my-own" });
  for (const address of [intruder.channelId, await webhookKey(victim.channelId)])
    assert.equal(await say(victim, "forged", address, "my-own"), 200);
  assert.equal(await say(victim, "forged", victim.channelId, "my-own"), 200);
  assert.deepEqual(await heard(victim), []);
});

test("news of a business account do not go to a channel that only claims the account", async () => {
  const app = `app-${randomUUID()}`;
  const intruder = await withApp(app);
  const victim = await withApp(app);
  await connect(
    intruder,
    { phoneNumberId: digits(15), businessAccountId: victim.businessAccountId },
    "invented",
  );
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: victim.businessAccountId,
        changes: [
          {
            field: "message_template_status_update",
            value: {
              event: "APPROVED",
              message_template_id: 1,
              message_template_name: "welcome",
              message_template_language: "en",
            },
          },
        ],
      },
    ],
  });
  const response = await postWebhook(program.url, { channelId: intruder.channelId, appSecret: app }, body);
  assert.equal(response.status, 200);
  const { rows } = await database.pool.query(
    "select tenant_id from app_public.templates where business_account_id = $1",
    [victim.businessAccountId],
  );
  assert.deepEqual(rows, [{ tenant_id: victim.tenantId }]);
});

test("the app's address, and those of its channels, work as long as one of its channels is there", async () => {
  const app = `app-${randomUUID()}`;
  const first = await withApp(app);
  const second = await withApp(app);
  const key = await webhookKey(second.channelId);
  assert.equal(await webhookKey(first.channelId), key);
  assert.equal(await say(second, "the app's address", key, app), 200);

  await rotate(first.channelId, { appSecret: "away" });
  await rotate(first.channelId, { appSecret: "far away" });
  assert.equal(await say(second, "its owner has gone to another app", first.channelId, app), 200);

  await database.pool.query("delete from app_public.channels where id = $1", [first.channelId]);
  assert.equal(await say(second, "its owner is gone", first.channelId, app), 200);
  assert.equal(await say(second, "the app's address again", key, app), 200);
  assert.deepEqual(await heard(second), [
    "the app's address",
    "its owner has gone to another app",
    "its owner is gone",
    "the app's address again",
  ]);

  await database.pool.query("delete from app_public.channels where id = $1", [second.channelId]);
  // Processes notice after some seconds, and answer 503 until then.
  for (const address of [key, first.channelId, second.channelId])
    await until(
      "an address that leads nowhere",
      async () => (await say(second, "nobody is there", address, app)) === 401,
    );
});

test("the address outlives rotations, and old and new secret both count during one", async () => {
  const [one, two, three] = [1, 2, 3].map((n) => `app-${n}-${randomUUID()}`) as [string, string, string];
  const first = await withApp(one);
  const second = await withApp(one);
  const key = await webhookKey(first.channelId);
  await rotate(first.channelId, { appSecret: two });
  // Meta still signs with the old secret, then with the new one.
  assert.equal(await say(first, "a", key, one), 200);
  assert.equal(await say(second, "b", key, one), 200);
  assert.equal(await say(first, "c", key, two), 200);
  await rotate(second.channelId, { appSecret: two });
  assert.equal(await say(second, "d", key, two), 200);
  assert.equal(await say(second, "e", key, one), 200);
  for (const { channelId } of [first, second]) await rotate(channelId, { appSecret: three });
  assert.equal(await say(second, "f", key, three), 200);
  assert.equal(await say(second, "g", key, one), 401);
  const late = await withApp(three);
  assert.equal(await webhookKey(late.channelId), key);
  assert.deepEqual(
    [await heard(first), await heard(second)],
    [
      ["a", "c"],
      ["b", "d", "e", "f"],
    ],
  );
});

test("between the rotations of a tenant's two channels a message waits to be tried again", async () => {
  const [old, fresh] = [`app-${randomUUID()}`, `app-${randomUUID()}`];
  const workspace = await withApp(old);
  const number = { phoneNumberId: digits(15), businessAccountId: workspace.businessAccountId };
  await connect(workspace, number, old);
  await rotate(workspace.channelId, { appSecret: fresh });
  const other = { ...workspace, ...number };
  assert.equal(await say(other, "early", workspace.channelId, fresh), 200);
  const { rows } = await database.pool.query(
    "select status, error from app_public.webhook_events where tenant_id = $1",
    [workspace.tenantId],
  );
  assert.equal(rows[0].status, "failed");
  assert.match(rows[0].error, /app secret/);
});

test("the app's address is verified with the verify token of any of its channels", async () => {
  const app = `app-${randomUUID()}`;
  const first = await withApp(app);
  const second = await withApp(app);
  const key = await webhookKey(first.channelId);
  const verify = async (token: string) => {
    const query = new URLSearchParams({
      "hub.mode": "subscribe",
      "hub.verify_token": token,
      "hub.challenge": "1158201444",
    });
    return (await fetch(`${program.url}/webhooks/whatsapp/${key}?${query}`)).status;
  };
  assert.equal(await verify(first.verifyToken), 200);
  assert.equal(await verify(second.verifyToken), 200);
  assert.equal(await verify("something else"), 403);
});

test("a number is connected only once in an app: a second channel is refused if it has the app's secret", async () => {
  const app = `app-${randomUUID()}`;
  const first = await withApp(app);
  const second = await program.connectedWorkspace();
  await assert.rejects(connect(second, first, app), { code: "PYNUM" });
  await connect(await program.connectedWorkspace(), first, "a guess");
  assert.equal(await say(first, "mine", await webhookKey(first.channelId), app), 200);
  assert.deepEqual(await heard(first), ["mine"]);
});

test("a tenant with many secrets at the app's address does not displace the secrets of other tenants", async () => {
  const app = `app-${randomUUID()}`;
  const intruder = await withApp(app);
  const victim = await withApp(app);
  const key = await webhookKey(victim.channelId);
  // Each channel joins the app's address with the channel before, and then takes a secret of its own.
  for (let n = 0; n < 12; n += 1) {
    const secret = `own-${n}-${randomUUID()}`;
    await rotate(intruder.channelId, { appSecret: secret });
    for (let m = 0; m < 2; m += 1)
      await connect(intruder, { phoneNumberId: digits(15), businessAccountId: "1" }, secret);
  }
  assert.equal(await say(victim, "still here", key, app), 200);
  assert.deepEqual(await heard(victim), ["still here"]);
});

test("a channel that leaves an app keeps none of the app's addresses", async () => {
  const app = `app-${randomUUID()}`;
  const intruder = await withApp(app);
  const victim = await withApp(app);
  const key = await webhookKey(victim.channelId);
  // The address entered at Meta was that of a channel which is gone.
  const gone = await connect(intruder, { phoneNumberId: digits(15), businessAccountId: "1" }, app);
  await database.pool.query("delete from app_public.channels where id = $1", [gone]);

  await connect(intruder, { phoneNumberId: digits(15), businessAccountId: "1" }, "elsewhere");
  await rotate(intruder.channelId, { appSecret: "elsewhere" });
  assert.notEqual(await webhookKey(intruder.channelId), key);
  await setChannelSecrets(database.pool, intruder.channelId, {}, program.ring, { endsPreviousSecret: true });
  for (const address of [gone, key])
    assert.equal(await say(victim, `after, at ${address}`, address, app), 200);
  assert.deepEqual(await heard(victim), [`after, at ${gone}`, `after, at ${key}`]);
});

test("during a rotation the number cannot be connected with the former secret", async () => {
  const [old, fresh] = [`app-${randomUUID()}`, `app-${randomUUID()}`];
  const intruder = await withApp(old);
  const victim = await withApp(old);
  await rotate(victim.channelId, { appSecret: fresh });
  await assert.rejects(connect(intruder, victim, old), { code: "PYNUM" });
  // Nor does a channel get there by two rotations.
  const channelId = await connect(await withApp(old), victim, "invented");
  await assert.rejects(rotate(channelId, { appSecret: old }), { code: "PYNUM" });
  assert.equal(await say(victim, "signed as before", await webhookKey(victim.channelId), old), 200);
  assert.deepEqual([await heard(victim), await heard(intruder)], [["signed as before"], []]);
});
