import assert from "node:assert/strict";
import { stories } from "../../support/story.ts";

const story = stories();

story("an id is of version 7 and the time of its making", async (db) => {
  const { rows } = await db.query(
    `select app_hidden.uuid_v7()::text as id, floor(extract(epoch from clock_timestamp()) * 1000)::text as now`,
  );
  const { id, now } = rows[0];
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(Math.abs(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16) - Number(now)) < 1_000);
});

story("a thousand ids are a thousand, and those of one backend come in their order", async (db) => {
  const { rows } = await db.query("select app_hidden.uuid_v7()::text as id from generate_series(1, 1000)");
  const ids = rows.map(({ id }) => id);
  assert.equal(new Set(ids).size, 1000);
  // Two within a quarter of a microsecond are in the order of chance.
  const outOfOrder = ids.filter((id, at) => at > 0 && id.slice(0, 18) < ids[at - 1].slice(0, 18));
  assert.deepEqual(outOfOrder, []);
});

story("the floor of an instant is below every id of it and above every id before it", async (db) => {
  const { rows } = await db.query(
    `select app_hidden.uuid_v7_floor('2026-01-01T00:00:00Z')::text as floor,
       app_hidden.uuid_v7_floor(clock_timestamp() - interval '1 millisecond') <= app_hidden.uuid_v7() as is_below,
       app_hidden.uuid_v7_floor(clock_timestamp() + interval '10 seconds') > app_hidden.uuid_v7() as is_above`,
  );
  assert.deepEqual(rows[0], {
    floor: "019b76da-a800-7000-8000-000000000000",
    is_below: true,
    is_above: true,
  });
});

story("the floors of times that no id can have are beyond all ids", async (db) => {
  const { rows } = await db.query(
    `select left(app_hidden.uuid_v7_floor(t.at)::text, 13) as floor
     from unnest('{-infinity,0001-01-01,1970-01-01T00:00:00Z,20000-01-01,infinity}'::timestamptz[]) t (at)`,
  );
  const [first, last] = ["00000000-0000", "ffffffff-ffff"];
  assert.deepEqual(
    rows.map(({ floor }) => floor),
    [first, first, first, last, last],
  );
});

story("updated_at grows with every change, even twice in one transaction; created_at stays", async (db) => {
  const insert = "insert into app_public.tenants (slug, name) values ('a-tenant', 'A') returning *";
  const [made] = (await db.query(insert)).rows;
  const change =
    "update app_public.tenants set name = name || 'x', created_at = now() - interval '1 day' returning *";
  const stamps = [];
  for (let time = 0; time < 3; time++) {
    const { rows } = await db.query(
      `with changed as (${change}) select updated_at::text as at, created_at from changed`,
    );
    stamps.push(rows[0].at);
    assert.deepEqual(rows[0].created_at, made.created_at);
  }
  assert.deepEqual(stamps, stamps.toSorted());
  assert.equal(new Set(stamps).size, 3);
});
