import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWamid, messageRow, type Said } from "../support/messages.ts";
import { aWorkspace, digits, type Workspace } from "../support/people.ts";
import { atOnce, overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

type Customer = { phone?: string; bsuid?: string; parent_bsuid?: string };

/** One batch of webhooks: each customer says one thing. */
const receive =
  (workspace: Workspace, customers: Customer[], said: Said = {}) =>
  async (db: pg.PoolClient): Promise<number> => {
    const { tenantId, channelId } = workspace;
    const { rows } = await db.query(
      "select stored from app_private.receive_webhooks('', '[]', $1, $2, '[]')",
      [
        JSON.stringify(
          customers.map((customer) => ({ tenant_id: tenantId, channel_id: channelId, ...customer })),
        ),
        JSON.stringify(customers.map((_, at) => messageRow(workspace, { ...said }, at + 1))),
      ],
    );
    return rows[0].stored;
  };

async function count(table: string, { tenantId }: Workspace): Promise<number> {
  const { rows } = await database.pool.query(
    `select count(*)::int as n from app_public.${table} where tenant_id = $1`,
    [tenantId],
  );
  return rows[0].n;
}

const phones = (number: number) => Array.from({ length: number }, () => ({ phone: `+1555${digits(8)}` }));

// Without pg_advisory_xact_lock() in resolve_contacts(), the second inserts a contact of its own under the address
// that it knows, and the person is two contacts until a later message names both.
test("two batches that meet the same new customer under different addresses make one contact", async () => {
  const pairs: [Customer, Customer][] = [
    [{ phone: "+15550000001" }, { phone: "+15550000001" }],
    [{ phone: "+15550000002", bsuid: "US.2" }, { bsuid: "US.2" }],
    [{ bsuid: "US.3" }, { phone: "+15550000003", bsuid: "US.3" }],
    [{ parent_bsuid: "P.4", bsuid: "US.4" }, { bsuid: "US.4" }],
    [{ bsuid: "US.5" }, { parent_bsuid: "P.5", bsuid: "US.5" }],
  ];
  for (const [one, other] of pairs) {
    const workspace = await aWorkspace(database.pool);
    const { second, waited } = await overlapping(
      database.pool,
      receive(workspace, [one]),
      receive(workspace, [other]),
    );
    const what = JSON.stringify([one, other]);
    assert.deepEqual(second, { status: "fulfilled", value: 1 }, what);
    assert.ok(waited, what);
    assert.equal(await count("contacts", workspace), 1, what);
    assert.equal(await count("conversations", workspace), 1, what);
    assert.equal(await count("messages", workspace), 2, what);
  }
});

// Without a primary key that is made from the provider's id (inbound_message_id()), there are five rows.
test("the same message five times at once is one row, and counts once", async () => {
  for (const isKnown of [false, true]) {
    const workspace = await aWorkspace(database.pool);
    const customers = phones(1);
    if (isKnown) await atOnce(database.pool, [receive(workspace, customers)]);
    const said = { wamid: aWamid(), at: new Date() };
    const stored = await atOnce(database.pool, Array(5).fill(receive(workspace, customers, said)));
    assert.deepEqual(stored.toSorted(), [0, 0, 0, 0, 1]);
    const { rows } = await database.pool.query(
      "select unread_count from app_public.conversations where tenant_id = $1",
      [workspace.tenantId],
    );
    assert.deepEqual(rows, [{ unread_count: isKnown ? 2 : 1 }]);
  }
});

// In any other order than that of the advisory locks in resolve_contacts(), or than "order by c.id" in
// tg_messages__track_conversation(), they deadlock.
test("batches about the same customers in any order wait for each other; counters equal a recount", async () => {
  const workspace = await aWorkspace(database.pool);
  const customers = phones(12);
  for (let round = 0; round < 30; round++) {
    // Some are new in each round.
    if (round % 10 === 0) customers.push(...phones(6));
    const orders = [
      customers,
      customers.toReversed(),
      shuffled(customers, round),
      shuffled(customers, -round),
    ];
    await atOnce(
      database.pool,
      orders.map((order) => receive(workspace, order)),
    );
  }
  const { rows } = await database.pool.query(
    `select c.unread_count, (select count(*)::int from app_public.messages m
       where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.created_at > coalesce(c.read_at, '-infinity')) as recount
     from app_public.conversations c where c.tenant_id = $1`,
    [workspace.tenantId],
  );
  assert.equal(rows.length, customers.length);
  for (const { unread_count, recount } of rows) assert.equal(unread_count, recount);
});

/** The same order for the same seed. */
function shuffled<T>(list: T[], seed: number): T[] {
  return list
    .map((one, at) => ({ one, key: Math.sin(seed * 1_000 + at) }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}
