import assert from "node:assert/strict";
import type pg from "pg";
import { hear } from "../../support/messages.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const PARTITIONED = ["message_statuses", "message_words", "messages", "webhook_events"];

async function partitions(db: pg.PoolClient): Promise<string[]> {
  const { rows } = await db.query(
    "select c.relname as name from pg_class c where c.relispartition and c.relkind = 'r' and c.relnamespace = 'app_private'::regnamespace order by 1",
  );
  return rows.map(({ name }) => name);
}

const ensure = async (db: pg.PoolClient, months = 3): Promise<string[]> =>
  (await db.query("select app_private.ensure_partitions($1) as name", [months])).rows.map(({ name }) => name);

story("there is one for this month and the next three, and one for what is older", async (db) => {
  const { rows } = await db.query(
    "select to_char(m at time zone 'UTC', 'YYYY_MM') as month from generate_series(date_trunc('month', now(), 'UTC'), date_trunc('month', now(), 'UTC') + interval '3 months', '1 month') m",
  );
  const expected = PARTITIONED.flatMap((table) => [
    ...rows.map(({ month }) => `${table}_${month}`),
    `${table}_before`,
  ]);
  assert.deepEqual(await partitions(db), expected.sort());
});

story("creating them again adds none; asking for more adds only the missing ones", async (db) => {
  assert.deepEqual(await ensure(db), []);
  const made = await ensure(db, 5);
  assert.equal(made.length, 2 * PARTITIONED.length);
  assert.deepEqual(await ensure(db, 5), []);
});

story("after an old backup was restored, the months in between are created, too", async (db) => {
  await db.query("drop table app_public.messages cascade");
  await db.query(`
    create table app_public.messages (id uuid not null, conversation_id uuid) partition by range (id);
    select app_private.add_partition('app_public.messages', 'messages_before', null,
      app_hidden.uuid_v7_floor(date_trunc('month', now(), 'UTC') - interval '3 months'))`);
  assert.equal((await ensure(db)).length, 3 + 1 + 3);
});

story(
  "each has row level security from the start and no grant, so that it is accessible only through the parent",
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

story("a message of long ago, of now, and of no time at all each have a place", async (db) => {
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
  const { rows: places } = await db.query(
    "select distinct tableoid::regclass::text as place from app_public.messages",
  );
  assert.equal(places.length, 2);
});

story("each takes part in all that belongs to its table: key, indexes, foreign key, triggers", async (db) => {
  await ensure(db, 6);
  const { rows } = await db.query(
    `select p.relname, i.inhparent::regclass::text as parent,
       (select count(*)::int from pg_index x where x.indrelid = p.oid) as indexes,
       (select count(*)::int from pg_constraint c where c.conrelid = p.oid) as constraints,
       (select count(*)::int from pg_trigger t where t.tgrelid = p.oid) as triggers
     from pg_class p join pg_inherits i on i.inhrelid = p.oid
     where p.relkind = 'r' and p.relnamespace = 'app_private'::regnamespace`,
  );
  const shapes = new Map(PARTITIONED.map((table) => [table, new Set<string>()]));
  for (const { parent, indexes, constraints, triggers } of rows)
    shapes.get(parent.replace(/^app_(public|private)\./, ""))!.add(`${indexes} ${constraints} ${triggers}`);
  assert.deepEqual(
    [...shapes.values()].map(({ size }) => size),
    PARTITIONED.map(() => 1),
  );
  const { rows: alone } = await db.query(
    `select x.indexrelid::regclass::text as index from pg_index x join pg_class p on p.oid = x.indrelid
     where p.relispartition and p.relkind = 'r'
     and not exists (select from pg_inherits i where i.inhrelid = x.indexrelid)`,
  );
  assert.deepEqual(alone, []);
});

story("missing partitions are reported, for this month and the next", async (db) => {
  const missing = async (months: number) =>
    (await db.query("select name from app_private.missing_partitions($1) order by name", [months])).rows.map(
      ({ name }) => name,
    );
  assert.deepEqual([await missing(0), await missing(3)], [[], []]);
  const { rows } = await db.query(
    "select to_char(now() at time zone 'UTC', '_YYYY_MM') as this, to_char(date_trunc('month', now() at time zone 'UTC') + interval '1 month', '_YYYY_MM') as next",
  );
  await db.query(`drop table app_private.messages${rows[0].next}`);
  assert.deepEqual([await missing(0), await missing(1)], [[], [`messages${rows[0].next}`]]);
  await db.query(`drop table app_private.message_statuses${rows[0].this}`);
  assert.deepEqual(await missing(0), [`message_statuses${rows[0].this}`]);
});

story("a message of a month without a partition is refused, not put elsewhere", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  await assert.rejects(
    db.query(
      `insert into app_public.messages (id, conversation_id, direction, type, content)
       values (app_hidden.uuid_v7_floor(now() + interval '2 years'), $1, 'inbound', 'text', '{}')`,
      [conversationId],
    ),
    { code: "23514" },
  );
});
