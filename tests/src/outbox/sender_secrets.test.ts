import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "../../../src/base/log.ts";
import { sealChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { isThere, say, untilMessageState } from "../../support/outbound.ts";
import { aConversation } from "../../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { postWebhook, texts, webhookBody } from "../../support/webhooks.ts";

/** Tokens: a new one is noticed; neither they nor what people say reach the log. */

const lines: string[] = [];
let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, {
    sandbox: { enforcesWindow: false },
    log: createLog("trace", { write: (line) => void lines.push(line) }),
  });
});
after(async () => {
  await program.stop();
  await database.drop();
});

async function setToken({ channelId }: ConnectedWorkspace, accessToken: string): Promise<void> {
  await database.pool.query("select app_private.set_channel_secrets($1, $2)", [
    channelId,
    JSON.stringify(sealChannelSecrets(channelId, { accessToken }, program.ring)),
  ]);
}

test("a token that was changed recently does not stop the channel", async () => {
  const workspace = await program.connectedWorkspace();
  const thread = await aConversation(database.pool, workspace);
  const [before] = await say(database.pool, thread, "with the old token");
  await untilMessageState(database.pool, before!, isThere);

  const accessToken = "token-after-the-rotation";
  await setToken(workspace, accessToken);
  program.sandbox.addNumber({
    phoneNumberId: workspace.phoneNumberId,
    businessAccountId: workspace.businessAccountId,
    displayPhoneNumber: "15550001111",
    accessToken,
    appSecret: workspace.appSecret,
    webhookUrl: `${program.url}/webhooks/whatsapp/${workspace.channelId}`,
  });
  const [after] = await say(database.pool, thread, "with the new token");
  await untilMessageState(database.pool, after!, isThere);
  const { rows } = await database.pool.query("select status from app_public.channels where id = $1", [
    workspace.channelId,
  ]);
  assert.equal(rows[0].status, "active");
});

test("no text, phone number or secret is logged, whatever goes wrong", async () => {
  const workspace = await program.connectedWorkspace();
  const thread = await aConversation(database.pool, workspace);
  const text = "a text that nobody but the customer may see";
  for (const code of [131026, 100]) {
    program.sandbox.faults.add({ kind: "error", code }, { phoneNumberId: workspace.phoneNumberId, times: 1 });
    const [failed] = await say(database.pool, thread, text);
    await untilMessageState(database.pool, failed!, ({ status }) => status === "failed");
  }
  program.sandbox.faults.add(
    { kind: "cut", accepts: true },
    { phoneNumberId: workspace.phoneNumberId, times: 1 },
  );
  const [cut] = await say(database.pool, thread, text);
  await untilMessageState(database.pool, cut!, isThere);

  // The database refuses, with the values in its detail.
  await database.pool.query(
    "alter table app_public.messages add constraint no_secrets check (preview <> 'a secret of the customer') not valid",
  );
  await postWebhook(
    program.url,
    workspace,
    webhookBody(workspace, texts("15557771234", "a secret of the customer")),
  );
  await database.pool.query("alter table app_public.messages drop constraint no_secrets");
  program.sandbox.faults.add({ kind: "error", code: 190 }, { phoneNumberId: workspace.phoneNumberId });
  const [stopped] = await say(database.pool, thread, text);
  await untilMessageState(database.pool, stopped!, ({ error_code }) => error_code === "190");
  program.log.warn({ err: await refusal() }, "an error of the database, as any part might log it");

  // It is logged once the database has it.
  await until("the stop to be logged", () => lines.join("").includes("channel stopped"));
  const log = lines.join("");
  assert.ok(log.includes("an error of the database"));
  for (const secret of [
    text,
    "a secret of the customer",
    thread.phone.slice(1),
    "15557771234",
    workspace.accessToken,
    workspace.appSecret,
  ])
    assert.ok(!log.includes(secret), `the log has ${JSON.stringify(secret)}`);
  // It may have been sent once more before the channel was stopped.
  await untilMessageState(database.pool, stopped!, ({ state }) => state === "queued");
});

/** Postgres quotes the row in its detail. */
async function refusal(): Promise<unknown> {
  try {
    await database.pool.query(
      "insert into app_public.contacts (tenant_id, phone, name) values (null, '+15557771234', 'a secret of the customer')",
    );
  } catch (error) {
    return error;
  }
}
