import assert from "node:assert/strict";
import type pg from "pg";
import { aChannel, aConversation, aWorkspace, type Thread } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const template = (db: pg.PoolClient, ...threads: Thread[]) =>
  db.query(
    `insert into app_public.messages (conversation_id, type, content)
     select id, 'template', '{"name": "hello", "language": {"code": "en_US"}}' from unnest($1::uuid[]) id`,
    [threads.map(({ conversationId }) => conversationId)],
  );

const setLimit = (db: pg.PoolClient, tier: string | null) =>
  db.query("update app_public.whatsapp_channels set messaging_limit = $1", [tier]);

const allowance = async (db: pg.PoolClient, channelId: string) =>
  (await db.query("select * from app_private.messaging_allowance($1)", [channelId])).rows[0];

story("Meta's words for the messaging limit are numbers", async (db) => {
  const { rows } = await db.query(
    `select array_agg(app_private.messaging_limit_of(tier) order by n) as limits
     from unnest($1::text[]) with ordinality t (tier, n)`,
    [["TIER_50", "TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED", "TIER_NEW", null]],
  );
  assert.deepEqual(rows[0].limits, [50, 250, 2000, 10_000, 100_000, null, null, null]);
});

story("contacts to whom the business writes first count once, for 24 hours, on all numbers", async (db) => {
  const workspace = await aWorkspace(db);
  const { channelId, tenantId } = workspace;
  await setLimit(db, "TIER_50");
  const closed = { isWindowOpen: false };
  const threads: Thread[] = [];
  for (let number = 0; number < 3; number++) threads.push(await aConversation(db, workspace, closed));
  const [first, second, third] = threads as [Thread, Thread, Thread];
  await template(db, first);
  await template(db, first, second);
  await template(db, await aConversation(db, workspace));
  assert.deepEqual(await allowance(db, channelId), { contacts: 48, more_at: null }, "not in open windows");

  const other = { ...workspace, channelId: await aChannel(db, tenantId) };
  await setLimit(db, "TIER_50");
  await template(db, await aConversation(db, other, closed));
  assert.equal((await allowance(db, channelId)).contacts, 47);

  await db.query("update app_private.initiated_contacts set initiated_at = now() - interval '25 hours'");
  assert.equal((await allowance(db, channelId)).contacts, 50);
  await template(db, third);
  assert.equal((await allowance(db, channelId)).contacts, 49);
});

story("when the limit is reached, it says when the oldest contact no longer counts", async (db) => {
  const workspace = await aWorkspace(db);
  await setLimit(db, "TIER_2");
  const threads: Thread[] = [];
  for (let number = 0; number < 3; number++)
    threads.push(await aConversation(db, workspace, { isWindowOpen: false }));
  await template(db, ...threads);
  await db.query(
    `update app_private.initiated_contacts i
     set initiated_at = now() - array_position($1::uuid[], i.contact_id) * interval '1 hour'`,
    [threads.map(({ contactId }) => contactId)],
  );
  const { rows } = await db.query(
    `select a.contacts, extract(epoch from a.more_at - now())::int / 3600 as hours
     from app_private.messaging_allowance($1) a`,
    [workspace.channelId],
  );
  assert.deepEqual(
    rows,
    [{ contacts: 0, hours: 22 }],
    "the second oldest of three, of which two are allowed",
  );
  await setLimit(db, "TIER_UNLIMITED");
  assert.deepEqual(await allowance(db, workspace.channelId), { contacts: null, more_at: null });
});
