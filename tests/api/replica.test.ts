import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { openThrowaway, type Throwaway } from "../../embedded/throwaway.ts";
import { createLog } from "../../src/base/log.ts";
import { metrics } from "../../src/base/metrics.ts";
import { migrate } from "../../src/database/migrate.ts";
import { parleyOn } from "../src/cli/commands/parley.ts";
import type { TestDatabase } from "../support/database.ts";
import { DatabaseServer } from "../support/database_server.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { until } from "../support/until.ts";
import { type Api, startApi } from "./support/api.ts";

const log = createLog("silent");

let server: Throwaway;
let standby: DatabaseServer;
let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
before(async () => {
  server = await openThrowaway({ log, durable: false, settings: { wal_keep_size: "256MB" } });
  database = await aDatabase();
  standby = await (await DatabaseServer.of(server)).startStandby();
  api = await startApi(database, {
    DATABASE_READ_URL: `postgres://127.0.0.1:${standby.port}/parley`,
    DATABASE_READ_MAX_LAG_MS: "1000",
  });
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});
after(async () => {
  await api.close();
  await database.pool.end();
  await standby.release();
  await server.release();
});

async function aDatabase(): Promise<TestDatabase> {
  const first = new pg.Client({ connectionString: server.superuserUrl });
  await first.connect();
  await first.query("create database parley");
  const ownerUrl = Object.assign(new URL(server.superuserUrl), { pathname: "/parley" }).href;
  await migrate(ownerUrl, log);
  await first.query("alter role parley_authenticator password 'authenticator'");
  await first.end();
  const login = { username: "parley_authenticator", password: "authenticator" };
  return {
    ownerUrl,
    authenticatorUrl: Object.assign(new URL(ownerUrl), login).href,
    pool: new pg.Pool({ connectionString: ownerUrl }),
    drop: async () => {},
  };
}

const QUERY = "query @replica { currentTenant { id } conversations { nodes { id } } }";

async function answered(by: "replica" | "primary"): Promise<number> {
  const { values } = await metrics.replicaQueries.get();
  return values.find(({ labels }) => labels.source === by)?.value ?? 0;
}

/** Asks as someone, and returns who answered and the ids of the conversations. */
async function ask(as: Person, query = QUERY): Promise<{ by: string; ids: string[] }> {
  const before = await answered("replica");
  const { errors, data } = await api.ask(as, query);
  assert.deepEqual(errors, []);
  assert.equal(data.currentTenant.id, as.tenantId);
  const by = (await answered("replica")) > before ? "replica" : "primary";
  return { by, ids: data.conversations.nodes.map(({ id }: { id: string }) => id) };
}

test("a query with @replica is answered by the standby, another one by the primary", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const seen = await until("the replica to answer", async () => {
    const { by, ids } = await ask(agent);
    return by === "replica" && ids.length > 0 && ids;
  });
  assert.deepEqual(seen, [conversationId]);
  const { rows } = await database.pool.query("select count(*)::int as replicas from pg_stat_replication");
  assert.equal(rows[0].replicas, 1);
  assert.equal((await ask(agent, QUERY.replace("@replica ", ""))).by, "primary");
});

test("mutations and subscriptions cannot have it", async () => {
  const refused = await api.ask(agent, "mutation @replica { signOut(input: {}) { clientMutationId } }");
  assert.equal(refused.code, "PYREQ");
  assert.match(refused.errors[0]!.message, /"@replica" may not be used on MUTATION/);
  const listening = await api.ask(agent, "subscription @replica { messageAdded { id } }");
  assert.match(listening.errors[0]!.message, /"@replica" may not be used on SUBSCRIPTION/);
});

test("a standby that falls behind, or does not know a session yet, leaves the answer to the primary", async () => {
  await until("the replica to answer", async () => (await ask(agent)).by === "replica");
  await standby.query("select pg_wal_replay_pause()");
  const stranger = await aPerson(database.pool, workspace.tenantId, "viewer");
  const { conversationId } = await aConversation(database.pool, workspace);
  const asked = await ask(stranger);
  assert.equal(asked.by, "primary");
  assert.ok(asked.ids.includes(conversationId));

  // What was committed more than a second ago is always there.
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  assert.ok((await ask(agent)).ids.includes(conversationId));
  await standby.query("select pg_wal_replay_resume()");
  await until("the replica to answer again", async () => (await ask(agent)).by === "replica");
});

test("the doctor examines the standby, too, without what only the primary knows", async () => {
  const ownerUrl = Object.assign(new URL(standby.superuserUrl), { pathname: "/parley" }).href;
  const { stdout, stderr } = await parleyOn({ ownerUrl })(["doctor", "--json"]);
  assert.equal(stderr, "");
  const { findings, unseen } = JSON.parse(stdout);
  const found = findings.map(({ check }: { check: string }) => check);
  assert.ok(found.includes("read_only"));
  assert.ok(!found.includes("workers"));
  assert.deepEqual(
    unseen.map(({ subject }: { subject: string }) => subject),
    [
      "workers, dead_rows, never_analysed, scans_of_big_tables, cache_hits, unused_indexes",
      "Slowest statements",
    ],
  );
});

test("while the standby is down, the primary answers", async () => {
  await standby.release();
  const { by, ids } = await ask(agent);
  assert.equal(by, "primary");
  assert.equal(ids.length, 2);
});
