import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type pg from "pg";
import { hear } from "../../support/messages.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const PARTITIONED = ["message_statuses", "messages", "webhook_events"];

async function partitions(db: pg.PoolClient): Promise<string[]> {
  const { rows } = await db.query(
    "select c.relname as name from pg_class c where c.relispartition and c.relkind = 'r' and c.relnamespace = 'app_private'::regnamespace order by 1",
  );
  return rows.map(({ name }) => name);
}

const ensure = async (db: pg.PoolClient, months = 3): Promise<string[]> =>
  (await db.query("select app_private.ensure_partitions($1) as name", [months])).rows.map(({ name }) => name);

story(
  "there is one for this month and the next three, one for what is older, and one for what should not be",
  async (db) => {
    const { rows } = await db.query(
      "select to_char(m at time zone 'UTC', 'YYYY_MM') as month from generate_series(date_trunc('month', now(), 'UTC'), date_trunc('month', now(), 'UTC') + interval '3 months', '1 month') m",
    );
    const expected = PARTITIONED.flatMap((table) => [
      ...rows.map(({ month }) => `${table}_${month}`),
      `${table}_before`,
      `${table}_default`,
    ]);
    assert.deepEqual(await partitions(db), expected.sort());
  },
);

story("making them again makes none; asking for more makes those", async (db) => {
  assert.deepEqual(await ensure(db), []);
  const made = await ensure(db, 5);
  assert.equal(made.length, 2 * PARTITIONED.length);
  assert.deepEqual(await ensure(db, 5), []);
});

story(
  "each has row level security from the start, and no grant: nobody goes round the parent",
  async (db) => {
    await ensure(db, 12);
    const { rows } = await db.query(
      `select relname from pg_class where relispartition and relkind = 'r' and relnamespace = 'app_private'::regnamespace
     and (not relrowsecurity or exists (select from aclexplode(relacl) a where a.grantee <> relowner))`,
    );
    assert.deepEqual(rows, []);
  },
);

story("months follow each other without a gap, by UTC, whatever the session's time zone", async (db) => {
  await db.query("set local timezone to 'Pacific/Kiritimati'");
  await ensure(db, 14);
  const { rows } = await db.query(
    `select pg_get_expr(relpartbound, oid) as bounds from pg_class
     where relname ~ '^messages_\\d{4}_\\d{2}$' and relkind = 'r' order by relname`,
  );
  const bounds = rows.map((row) => /FROM \('(.*)'\) TO \('(.*)'\)/.exec(row.bounds)!.slice(1));
  for (let at = 1; at < bounds.length; at++) assert.equal(bounds[at]![0], bounds[at - 1]![1]);
});

story(
  "a message of long ago, of now, and of no time at all each have a place; none is in the default",
  async (db) => {
    const workspace = await aWorkspace(db);
    const thread = await aConversation(db, workspace);
    await hear(
      db,
      workspace,
      thread,
      { origin: "history", at: new Date("2019-05-01T00:00:00Z") },
      {},
      { at: new Date("2999-01-01T00:00:00Z") },
    );
    const { rows } = await db.query("select app_private.filled_default_partitions() as filled");
    assert.deepEqual(rows[0].filled, []);
    const { rows: places } = await db.query(
      "select distinct tableoid::regclass::text as place from app_public.messages",
    );
    assert.equal(places.length, 2);
  },
);

story("a filled default is noticed", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  await db.query(
    `insert into app_public.messages (id, conversation_id, direction, type, content)
     values (app_hidden.uuid_v7_floor(now() + interval '2 years'), $1, 'inbound', 'text', '{}')`,
    [conversationId],
  );
  const { rows } = await db.query("select app_private.filled_default_partitions() as filled");
  assert.deepEqual(rows[0].filled, ["messages_default"]);
});

story("what fills a default can be moved where it belongs, as migrations/README.md says", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  await db.query(
    `insert into app_public.messages (id, conversation_id, type, content)
     values (app_hidden.uuid_v7_floor(now() + interval '5 months'), $1, 'text', '{"body": "Hello"}')`,
    [conversationId],
  );
  const readme = readFileSync("migrations/README.md", "utf8");
  const recipe = /```sql\nbegin;\n([^`]*stray_messages[^`]*)commit;\n```/.exec(readme)?.[1];
  assert.ok(recipe);
  await db.query(recipe.replace("ensure_partitions()", "ensure_partitions(6)"));
  const { rows } = await db.query(
    `select app_private.filled_default_partitions() as filled, (select count(*)::int from app_public.messages) as messages,
       (select count(*)::int from app_public.message_statuses) as statuses, (select count(*)::int from app_private.outbox) as outbox`,
  );
  assert.deepEqual(rows, [{ filled: [], messages: 1, statuses: 1, outbox: 1 }]);
});
