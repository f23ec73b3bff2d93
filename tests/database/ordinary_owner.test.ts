import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import pg from "pg";
import { readConfig } from "../../src/base/config.ts";
import { createLog } from "../../src/base/log.ts";
import { migrate } from "../../src/database/migrate.ts";
import { LIMITS } from "../../src/doctor/limits.ts";
import { makeReport } from "../../src/doctor/report.ts";
import { borrowTestDatabase, type TestDatabase } from "../support/database.ts";
import { send } from "../support/messages.ts";
import { claim } from "../support/outbox.ts";
import { aConversation, aPerson, aWorkspace, become } from "../support/people.ts";
import { rolledBack } from "../support/transaction.ts";
import { until } from "../support/until.ts";

/** A managed server gives nobody a superuser: an owner who may log in, owns one database, and nothing else. */
const name = `parley_owner_${randomBytes(4).toString("hex")}`;
const ownerUrl = Object.assign(new URL(process.env.PARLEY_TEST_SERVER!), {
  username: name,
  password: "owner",
  pathname: `/${name}`,
}).href;
let server: pg.Client;
let pool: pg.Pool;
let other: TestDatabase;

before(async () => {
  // Where the roles are there already, and the API's login has its password.
  other = await borrowTestDatabase();
  server = new pg.Client({ connectionString: process.env.PARLEY_TEST_SERVER });
  await server.connect();
  await server.query(`create role ${name} login password 'owner'`);
  await server.query(`create database ${name} owner ${name}`);
  await migrate(ownerUrl, createLog("silent"), { withCurrent: true });
  pool = new pg.Pool({ connectionString: ownerUrl });
  // Dropping the database ends what is left of them.
  pool.on("error", () => {});
});
after(async () => {
  await pool?.end();
  // graphile-migrate keeps its connections for a moment, and ends the whole process when one of them is cut off.
  await until("the connections to be closed", async () => {
    const { rows } = await server.query("select from pg_stat_activity where datname = $1", [name]);
    return rows.length === 0;
  });
  await server.query(`drop database if exists ${name} with (force)`);
  await server.query(`drop role if exists ${name}`);
  await server.end();
  await other.drop();
});

test("an owner who is not a superuser and cannot create roles can install and run it", () =>
  rolledBack(pool, async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    const agent = await aPerson(db, workspace.tenantId, "agent");
    await db.query("select app_private.set_password($1, 'a long password')", [agent.userId]);
    const message = await send(db, conversationId);
    assert.deepEqual(await claim(db), [message]);
    await db.query("select app_private.reconcile_outbox(), app_private.delete_old_rows()");
    await db.query("select app_private.operations_status(), app_private.tenant_stats()");
    await assert.rejects(become(db, agent), { code: "42501" }, "only the API's login becomes the visitor");
  }));

test("parley doctor runs there, and says what it could not see", async () => {
  const config = readConfig({ NODE_ENV: "test" });
  const { findings, unseen, figures } = await makeReport({ db: pool, config, limits: LIMITS, now: Date.now });
  assert.deepEqual(
    findings
      .filter(({ check, severity }) => severity !== "advice" && check !== "durability")
      .map(({ what }) => what),
    ["none is running"],
  );
  const [hidden, ...others] = unseen.map(({ subject }) => subject);
  assert.match(hidden ?? "", /^sessions of other logins \(.*slow_queries/);
  assert.deepEqual(others, ["Slowest statements"]);
  assert.ok(figures.tables!.length > 5);
});

test("the API's login signs people in there", async () => {
  const api = new pg.Client({
    connectionString: Object.assign(new URL(other.authenticatorUrl), { pathname: `/${name}` }).href,
  });
  await api.connect();
  try {
    const { rows } = await api.query(
      "select outcome from app_hidden.sign_in('a@example.com', 'x', null, 'y', '1 day')",
    );
    assert.deepEqual(rows, [{ outcome: "refused" }]);
    await api.query("begin; set local role parley_visitor");
    assert.equal((await api.query("select from app_public.tenants")).rowCount, 0);
  } finally {
    await api.end();
  }
});
