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

// Without the primary key of app_private.provider_ids there are five rows.
test("two batches that meet two owners of one number at once make two contacts", async () => {
  const phone = "+15550000009";
  const [one, other] = [
    { phone, bsuid: "US.8" },
    { phone, bsuid: "US.9" },
  ];
  for (const known of [[], [one], [other], [{ bsuid: "US.8" }, { bsuid: "US.9" }]]) {
    const workspace = await aWorkspace(database.pool);
    for (const customer of known) await atOnce(database.pool, [receive(workspace, [customer])]);
    await overlapping(database.pool, receive(workspace, [one]), receive(workspace, [other]));
    assert.equal(await count("contacts", workspace), 2);
  }
});

// Without lock_contacts() in resolve_contacts(), and without the locks of all addresses beside it, they deadlock.
test("when many numbers change owners at once, no contacts are merged and nothing fails", async () => {
  const workspace = await aWorkspace(database.pool);
  const numbers = phones(4);
  const batches = Array.from({ length: 160 }, (_, at) =>
    receive(workspace, [
      { ...numbers[at % 4]!, bsuid: `US.${at % 7}` },
      { ...numbers[(at + 1) % 4]!, bsuid: `US.${(at + 3) % 7}` },
    ]),
  );
  // As many at once as there are connections.
  for (let at = 0; at < batches.length; at += 8) await atOnce(database.pool, batches.slice(at, at + 8));
  assert.equal(await count("contacts", workspace), 7);
});

test("the same message five times at once is one row, and counts once, whatever times it comes with", async () => {
  for (const isKnown of [false, true]) {
    const workspace = await aWorkspace(database.pool);
    const customers = phones(1);
    if (isKnown) await atOnce(database.pool, [receive(workspace, customers)]);
    const wamid = aWamid();
    const times = [0, 1, 60, 86_400, 86_400 * 60].map((ago) => new Date(Date.now() - ago * 1000));
    const stored = await atOnce(
      database.pool,
      times.map((at) => receive(workspace, customers, { wamid, at })),
    );
    assert.deepEqual(stored.toSorted(), [0, 0, 0, 0, 1]);
    const { rows } = await database.pool.query(
      "select unread_count from app_public.conversations where tenant_id = $1",
      [workspace.tenantId],
    );
    assert.deepEqual(rows, [{ unread_count: isKnown ? 2 : 1 }]);
  }
});

// Without the primary key of app_private.provider_ids the second does not wait, and there are two rows.
test("a message that another transaction is just storing is waited for, and is not stored again", async () => {
  const workspace = await aWorkspace(database.pool);
  const customers = phones(1);
  await atOnce(database.pool, [receive(workspace, customers)]);
  const wamid = aWamid();
  const yesterday = new Date(Date.now() - 86_400_000);
  const { first, second, waited } = await overlapping(
    database.pool,
    receive(workspace, customers, { wamid }),
    receive(workspace, customers, { wamid, at: yesterday }),
  );
  assert.deepEqual([first, second, waited], [1, { status: "fulfilled", value: 0 }, true]);
  assert.equal(await count("messages", workspace), 2);
});

// Without "order by t.hash" in store_messages(), they deadlock.
test("batches of the same messages in different orders wait for each other", async () => {
  const workspace = await aWorkspace(database.pool);
  const customers = phones(1);
  await atOnce(database.pool, [receive(workspace, customers)]);
  for (let round = 0; round < 20; round++) {
    const rows = Array.from({ length: 30 }, () => messageRow(workspace, {}));
    const store = (order: object[]) => async (db: pg.PoolClient) => {
      const { rows } = await db.query(
        "select app_private.store_messages($1, array(select id from app_public.conversations where tenant_id = $2)) as n",
        [JSON.stringify(order), workspace.tenantId],
      );
      return rows[0].n;
    };
    const stored = await atOnce(database.pool, [
      store(rows),
      store(rows.toReversed()),
      store(shuffled(rows, round)),
    ]);
    assert.equal(
      stored.reduce((sum, n) => sum + n),
      30,
    );
  }
});

// Without is_placeholder() in the delete of fill_placeholders(), the second replaces what the first has stored.
test("of two contents for one placeholder at once the first one stays", async () => {
  const workspace = await aWorkspace(database.pool);
  const customers = phones(1);
  const wamid = aWamid();
  await atOnce(database.pool, [receive(workspace, customers, { wamid, type: "unsupported" })]);
  const content = { wamid, type: "image", content: { caption: "a picture" } };
  const { waited } = await overlapping(
    database.pool,
    receive(workspace, customers, content),
    receive(workspace, customers, { ...content, content: { caption: "another picture" } }),
  );
  assert.ok(waited);
  const { rows } = await database.pool.query(
    "select m.preview, c.unread_count from app_public.messages m join app_public.conversations c on c.id = m.conversation_id where m.tenant_id = $1",
    [workspace.tenantId],
  );
  assert.deepEqual(rows, [{ preview: "a picture", unread_count: 1 }]);
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
