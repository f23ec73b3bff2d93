import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { makeHome } from "./home.ts";
import { query } from "./query.ts";

test("one process after another", async (t) => {
  const home = await makeHome(t);
  t.afterEach(() => home.close());

  await t.test(
    "a new data directory gets a durable server, an owner without powers, and secrets nobody else reads",
    async () => {
      const embedded = await home.open();
      assert.equal(embedded.startedHere, true);
      const [row] = await query(
        embedded.ownerUrl,
        `select current_user as who, current_database() as database, rolsuper, rolcreaterole, rolcreatedb,
         (select concat(datlocprovider, ':', datlocale) from pg_database where datname = current_database()) as locale,
         (select count(*) > 0 from pg_stat_statements where query <> '<insufficient privilege>') as sees_statements,
         (select pg_get_userbyid(datdba) from pg_database where datname = current_database()) as owned_by,
         (select json_object_agg(name, setting) from pg_settings where name in ('fsync', 'synchronous_commit',
           'data_checksums', 'listen_addresses', 'max_connections', 'server_encoding')) as settings
       from pg_roles
       where rolname = current_user`,
      );
      assert.deepEqual(row, {
        ...{ who: "parley", database: "parley", owned_by: "parley", locale: "b:C.UTF-8" },
        ...{ rolsuper: false, rolcreaterole: true, rolcreatedb: true, sees_statements: true },
        settings: {
          ...{ fsync: "on", synchronous_commit: "on", data_checksums: "on", server_encoding: "UTF8" },
          ...{ listen_addresses: "127.0.0.1", max_connections: "100" },
        },
      });
      assert.equal((await stat(join(home.dataDir, "keys.json"))).mode & 0o777, 0o600);
    },
  );

  await t.test("a second start finds the data, on the same port", async () => {
    const first = await home.open();
    await query(first.ownerUrl, "create table kept as select 42 as answer");
    await first.release();
    assert.equal(await home.serverPid(), undefined);

    const second = await home.open();
    assert.equal(second.startedHere, true);
    assert.equal(second.ownerUrl, first.ownerUrl);
    assert.deepEqual(await query(second.ownerUrl, "table kept"), [{ answer: 42 }]);
  });

  await t.test("the server's log holds no statement, parameter or detail", async () => {
    const { ownerUrl, release } = await home.open();
    const insert = () => query(ownerUrl, "insert into phones values ($1)", ["5511999990001"]);
    await query(ownerUrl, "create table phones (phone text primary key)");
    await insert();
    await assert.rejects(insert, { code: "23505" });
    await assert.rejects(query(ownerUrl, "select '5511999990001'::uuid"), { code: "22P02" });
    await release();
    const log = await readFile(join(home.dataDir, "postgres.log"), "utf8");
    assert.match(log, /database system is shut down/);
    assert.doesNotMatch(log, /5511999990001|insert into/);
  });
});

test("processes that start at once share one server, and the last one stops it", async (t) => {
  const home = await makeHome(t);
  const occupants = [1, 2, 3].map(() => home.startOccupant());
  const here = await home.open();
  const seen = [here, ...(await Promise.all(occupants.map((occupant) => occupant.seen)))];
  assert.equal(new Set(seen.map(({ ownerUrl }) => ownerUrl)).size, 1);
  assert.equal(seen.filter(({ startedHere }) => startedHere).length, 1);

  await Promise.all(occupants.map((occupant) => occupant.leave()));
  assert.deepEqual(await query(here.ownerUrl, "select 1 as one"), [{ one: 1 }]);
  await here.release();
  await here.release();
  assert.equal(await home.serverPid(), undefined);
});

// Without the advisory lock (LIGHT_SWITCH in presence.ts) a newcomer is thrown out here.
test("no process is disconnected while others come and go", async (t) => {
  const home = await makeHome(t);
  const comeAndGo = async () => {
    for (let visit = 0; visit < 5; visit++) {
      const { ownerUrl, release } = await home.open();
      await query(ownerUrl, "select pg_sleep(0.03 * random())");
      await release();
    }
  };
  await Promise.all([comeAndGo(), comeAndGo(), comeAndGo()]);
  assert.equal(await home.serverPid(), undefined);
});
