import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { replayWebhooks } from "../../../src/inbound/replay.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { postWebhook, textMessage, texts, webhookBody } from "../../support/webhooks.ts";

/** One tenant's flood of webhooks makes that tenant wait, and nobody else. */

let database: TestDatabase;
let program: TestProgram;
let crowd: ConnectedWorkspace;
let other: ConnectedWorkspace;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { withWorker: false });
  // Nothing natural is refused any more; so this database is made to refuse something.
  await database.pool.query(`
    create function app_private.refuse_poison() returns trigger as $$
    begin
      if NEW.preview = 'poison' then raise exception 'cannot swallow' using errcode = '22P02'; end if;
      return NEW;
    end;
    $$ language plpgsql;
    create trigger _200_poison before insert on app_public.messages
      for each row execute function app_private.refuse_poison()`);
  crowd = await program.connectedWorkspace();
  other = await program.connectedWorkspace();
});
after(async () => {
  await program.stop();
  await database.drop();
});

let made = 0;
const strangers = (count: number, spoil: (at: number) => object = () => ({})) =>
  webhookBody(crowd, {
    messages: Array.from({ length: count }, (_, at) => ({
      ...textMessage(String(15_000_000_000 + made++), "x"),
      ...spoil(at),
    })),
  });
const bad = () => ({ text: { body: "poison" } });

/** Whether the other tenant's webhooks are taken while the crowd posts. */
async function whileCrowdPosts(bodies: () => string, atOnce: number, times: number): Promise<number[]> {
  let isOver = false;
  const crowds = Array.from({ length: atOnce }, async () => {
    while (!isOver) await (await postWebhook(program.url, crowd, bodies())).arrayBuffer();
  });
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) {
    statuses.push(
      (await postWebhook(program.url, other, webhookBody(other, texts("15550001", "hi")))).status,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  isOver = true;
  await Promise.all(crowds);
  return statuses;
}

test("large bodies of one tenant leave another's webhooks taken", async () => {
  const statuses = await whileCrowdPosts(() => strangers(3_000), 2, 20);
  assert.deepEqual(new Set(statuses), new Set([200]));
});

test("bodies that the database refuses leave another's webhooks taken, large or small", async () => {
  for (const [size, atOnce] of [
    [1_000, 2],
    [3, 20],
  ] as const) {
    const statuses = await whileCrowdPosts(() => strangers(size, (at) => (at % 2 ? bad() : {})), atOnce, 20);
    assert.deepEqual(new Set(statuses), new Set([200]));
  }
});

test("a large body is stored once, with all of its messages and what was left out, if need be at the next try", async () => {
  const workspace = await program.connectedWorkspace();
  const body = webhookBody(workspace, {
    messages: Array.from({ length: 400 }, (_, at) => ({
      ...textMessage(String(15_990_000_000 + at), "x"),
      ...(at === 7 || at === 395 ? bad() : {}),
    })),
  });
  await until("a 200", async () => (await postWebhook(program.url, workspace, body)).status === 200);
  const events = async () =>
    (
      await database.pool.query(
        `select status, error, jsonb_array_length(skipped) as skipped, length(body) as length
         from app_public.webhook_events where tenant_id = $1`,
        [workspace.tenantId],
      )
    ).rows;
  const [stored] = await events();
  assert.deepEqual([stored.status, stored.length], ["failed", body.length]);
  assert.match(stored.error, /cannot swallow|in time/);
  // As retry_webhooks does, without a deadline.
  const { pool } = database;
  await replayWebhooks(
    { pool, keyRing: program.ring, log: program.log },
    { status: "failed", channelId: workspace.channelId },
  );
  const after = await events();
  assert.equal(after.length, 1);
  assert.deepEqual([after[0].status, after[0].skipped], ["failed", 2]);
  assert.match(after[0].error, /cannot swallow/);
  const { rows } = await pool.query(
    "select count(*)::int as count from app_public.messages where tenant_id = $1",
    [workspace.tenantId],
  );
  assert.equal(rows[0].count, 398);
});

test("a request that was answered with 503 is no longer processed", async () => {
  const count = async () =>
    (
      await database.pool.query("select count(*)::int from app_public.messages where tenant_id = $1", [
        crowd.tenantId,
      ])
    ).rows[0].count;
  const response = await postWebhook(program.url, crowd, strangers(12_000));
  if (response.status === 200) return;
  assert.equal(response.status, 503);
  // The part under way may still be committed; the next one is not begun.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.equal(await count(), before);
});

test("a body of thousands of unknown numbers costs one look-up", async () => {
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: Array.from({ length: 5_000 }, (_, at) => ({
      id: String(at),
      changes: [
        {
          field: "messages",
          value: { metadata: { phone_number_id: String(9e9 + at) }, statuses: [{ id: "w" }] },
        },
      ],
    })),
  });
  await until("a 200", async () => (await postWebhook(program.url, crowd, body)).status === 200);
});
