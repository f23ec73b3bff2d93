import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { requireOwnSessions, supportsNamedStatements } from "../../src/database/pooler.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type PgBouncer, pgBouncerVersion, startPgBouncer } from "../support/pgbouncer.ts";
import { until } from "../support/until.ts";
import { type Api, startApi, tokenOf } from "./support/api.ts";
import { SEND } from "./support/documents.ts";
import { subscribe } from "./support/websocket.ts";

/** The API's login through a PgBouncer in transaction mode: two connections of the server for all requests. */

const version = pgBouncerVersion();
const TENANTS = 4;
const REQUESTS = 48;
/** At the same time. */
const CLIENTS = 6;

describe("PgBouncer", { skip: version === undefined && "pgbouncer is not installed" }, () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  let pooledUrl: string;
  let api: Api;
  const tenants: { workspace: Workspace; agent: Person; conversationId: string }[] = [];

  before(async () => {
    database = await createTestDatabase();
    bouncer = await startPgBouncer([database.authenticatorUrl, database.ownerUrl]);
    pooledUrl = bouncer.urlOf(database.authenticatorUrl);
    api = await startApi(
      { ...database, authenticatorUrl: pooledUrl },
      { DATABASE_STATEMENT_TIMEOUT_MS: "3000" },
    );
    for (let count = 0; count < TENANTS; count += 1) {
      const workspace = await aWorkspace(database.pool);
      const agent = await aPerson(database.pool, workspace.tenantId, "agent");
      const { conversationId } = await aConversation(database.pool, workspace);
      tenants.push({ workspace, agent, conversationId });
    }
  });
  after(async () => {
    await api.close();
    await bouncer.stop();
    await database.drop();
  });

  test("named statements are detected: not supported before 1.21", async () => {
    assert.equal(await supportsNamedStatements(database.authenticatorUrl), true);
    const [major = 0, minor = 0] = version!.split(".").map(Number);
    // From 1.21 it depends on a setting that is 0 by default before 1.24.
    if (major === 1 && minor >= 21 && minor < 24) return;
    const expected = major > 1 || minor >= 24;
    assert.equal(await supportsNamedStatements(pooledUrl), expected);
    assert.equal(await supportsNamedStatements(pooledUrl), expected, "the first probe left nothing behind");
    assert.equal(
      api.log.some((line) => line.includes("API uses no prepared statements")),
      !expected,
    );
  });

  test("the owner's login is refused, because LISTEN and locks need sessions", async () => {
    await requireOwnSessions(database.ownerUrl);
    await assert.rejects(requireOwnSessions(bouncer.urlOf(database.ownerUrl)), {
      code: "PYUNA",
      message: /^DATABASE_URL .* must be a direct connection/,
    });
  });

  test("requests of many tenants at the same time see their own tenant, and leave no setting behind", async () => {
    const query = "{ currentTenant { id } conversations { nodes { id } } }";
    const asked = Array.from({ length: REQUESTS }, (_, at) => at);
    const answers: ({ tenant: (typeof tenants)[number] } & Awaited<ReturnType<Api["ask"]>>)[] = [];
    const client = async () => {
      for (let at = asked.pop(); at !== undefined; at = asked.pop()) {
        const tenant = tenants[at % TENANTS]!;
        const input = { conversationId: tenant.conversationId, content: { body: `${at}` } };
        const isQuery = at % (2 * TENANTS) < TENANTS;
        answers.push({
          tenant,
          ...(await (isQuery ? api.ask(tenant.agent, query) : api.ask(tenant.agent, SEND, { input }))),
        });
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    assert.equal(answers.length, REQUESTS);
    for (const { tenant, errors, data } of answers) {
      assert.deepEqual(errors, []);
      const { conversationId, workspace } = tenant;
      if ("currentTenant" in data)
        assert.deepEqual(data, {
          currentTenant: { id: workspace.tenantId },
          conversations: { nodes: [{ id: conversationId }] },
        });
      else assert.equal(data.sendMessage.message.conversation.id, conversationId);
    }
    const pooled = new pg.Pool({ connectionString: pooledUrl, max: 10 });
    try {
      const left = await Promise.all(
        Array.from({ length: 20 }, () =>
          pooled.query(
            `select current_user as role, current_setting('statement_timeout') as timeout,
               concat(current_setting('parley.tenant_id', true), current_setting('parley.user_id', true)) as caller`,
          ),
        ),
      );
      for (const { rows } of left)
        assert.deepEqual(rows, [{ role: "parley_authenticator", timeout: "0", caller: "" }]);
    } finally {
      await pooled.end();
    }
  });

  test("a statement that takes too long is cancelled, and so is one whose client asks for it", async () => {
    const { agent, conversationId } = tenants[0]!;
    const blocker = await database.pool.connect();
    try {
      await blocker.query("begin");
      await blocker.query("lock table app_public.conversations in access exclusive mode");
      const answer = await api.ask(agent, "{ conversations { nodes { id } } }");
      assert.equal(answer.code, "PYTIM");
    } finally {
      await blocker.query("rollback");
      blocker.release();
    }
    const { data } = await api.ask(agent, "{ conversations { nodes { id } } }");
    assert.deepEqual(data.conversations.nodes, [{ id: conversationId }]);

    const client = new pg.Client({ connectionString: pooledUrl });
    await client.connect();
    try {
      const sleeping = client.query("select pg_sleep(60)");
      // A request that arrives before the statement has a connection of the server is lost.
      await until("the statement to run", async () => {
        const { rowCount } = await database.pool.query(
          "select from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(60)'",
        );
        return rowCount === 1;
      });
      const cancelling = cancel(pooledUrl, client);
      await assert.rejects(sleeping, { code: "57014" });
      await cancelling;
    } finally {
      await client.end();
    }
  });

  test("subscriptions are notified, because they listen on a direct connection", async () => {
    const { agent, conversationId } = tenants[1]!;
    const listener = await subscribe(
      api,
      tokenOf(agent),
      "subscription { messageAdded { id conversation { id } } }",
    );
    const sent = await api.ask(agent, SEND, { input: { conversationId, content: { body: "Live" } } });
    await listener.received(1);
    assert.deepEqual(listener.events[0].data.messageAdded, {
      id: sent.data.sendMessage.message.id,
      conversation: { id: conversationId },
    });
    await listener.stop();
  });
});

/** Sends a CancelRequest of the protocol, as psql does on Ctrl-C. */
async function cancel(url: string, client: pg.Client): Promise<void> {
  const { processID, secretKey } = client as pg.Client & { processID: number; secretKey: number };
  const packet = Buffer.alloc(16);
  packet.writeInt32BE(16, 0);
  packet.writeInt32BE(80_877_102, 4);
  packet.writeInt32BE(processID, 8);
  packet.writeInt32BE(secretKey, 12);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(packet);
  await once(socket, "close");
}
