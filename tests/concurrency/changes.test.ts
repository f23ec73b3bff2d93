import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  type Person,
  type Workspace,
} from "../support/people.ts";
import { atOnce } from "../support/race.ts";

// What must not be removed: next_since of changes_since(), the oldest transaction that was open when a round began.
// With the newest transaction that was read instead, the tests of open transactions fail.

let database: TestDatabase;
let workspace: Workspace;
let agent: Person;
let conversationId: string;

before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  conversationId = (await aConversation(database.pool, workspace)).conversationId;
});

type Page = { cursor: string; has_more: boolean; ids: Record<string, string[]> };

/** Runs a statement as the agent, each in a transaction of its own. */
async function asAgent<T>(sql: string, values: unknown[] = []): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await become(client, agent);
    const { rows } = await client.query(sql, values);
    return Object.values(rows[0])[0] as T;
  } finally {
    await client.query("rollback");
    client.release();
  }
}

const cursorOfNow = () => asAgent<string>("select app_public.change_cursor()");
const changesSince = (cursor: string) => asAgent<Page>("select app_hidden.changes_since($1)", [cursor]);

/** All pages from a cursor on: the messages in them, and the cursor after them. */
async function catchUp(from: string): Promise<{ messageIds: string[]; cursor: string; pages: number }> {
  const messageIds: string[] = [];
  let cursor = from;
  for (let pages = 1; pages < 100; pages += 1) {
    const page = await changesSince(cursor);
    messageIds.push(...(page.ids.messages ?? []));
    cursor = page.cursor;
    if (!page.has_more) return { messageIds, cursor, pages };
  }
  throw new Error("the pages have no end");
}

type Said = { in?: string; at?: string; count?: number };

/** Stores messages whose ids say that they were written at a time. Returns the ids. */
async function say(
  db: Pick<pg.ClientBase, "query">,
  { in: conversation = conversationId, at = "now", count = 1 }: Said = {},
): Promise<string[]> {
  const { rows } = await db.query(
    `insert into app_public.messages (id, tenant_id, conversation_id, direction, author, type, content, occurred_at)
     select (left(app_hidden.uuid_v7_floor($3::timestamptz)::text, 19) || substr(gen_random_uuid()::text, 20))::uuid,
       $1, $2, 'inbound', 'contact', 'text', '{"body": "Hello"}', $3::timestamptz
     from generate_series(1, $4::int)
     returning id`,
    [workspace.tenantId, conversation, at, count],
  );
  return rows.map(({ id }) => id);
}

/** A transaction that has stored a message and is still open. Its conversation's row is locked until it ends. */
async function anOpenTransaction(at?: string) {
  const client = await database.pool.connect();
  await client.query("begin");
  const { conversationId: own } = await aConversation(database.pool, workspace);
  const [id] = await say(client, { in: own, ...(at && { at }) });
  return {
    id: id!,
    async end(how: "commit" | "rollback"): Promise<void> {
      await client.query(how);
      client.release();
    },
  };
}

test("a transaction that began before a cursor and commits after it is not skipped, whatever its ids and times", async () => {
  const open = await anOpenTransaction("2026-01-01");
  const first = await cursorOfNow();
  const [later] = await say(database.pool);
  const second = await catchUp(first);
  assert.deepEqual(second.messageIds, [later]);
  const third = await catchUp(second.cursor);
  assert.ok(!third.messageIds.includes(open.id));

  await open.end("commit");
  for (const cursor of [first, second.cursor, third.cursor])
    assert.ok((await catchUp(cursor)).messageIds.includes(open.id), cursor);
});

test("a transaction that is rolled back is no change", async () => {
  const cursor = await cursorOfNow();
  const open = await anOpenTransaction();
  await open.end("rollback");
  assert.deepEqual((await catchUp(cursor)).messageIds, []);
});

test("a transaction that commits between two pages is not skipped", async () => {
  const start = await cursorOfNow();
  const open = await anOpenTransaction();
  for (let batch = 0; batch < 3; batch += 1) await say(database.pool, { count: 80 });
  const first = await changesSince(start);
  assert.ok(first.has_more);
  await open.end("commit");
  const [last] = await say(database.pool);
  const rest = await catchUp(first.cursor);
  assert.ok(rest.messageIds.includes(last!), "what changes during a round belongs to it");
  const seen = [...first.ids.messages!, ...rest.messageIds, ...(await catchUp(rest.cursor)).messageIds];
  assert.ok(seen.includes(open.id));
  assert.equal(new Set(seen).size, 3 * 80 + 2);
});

test("many transactions at once, some of which are rolled back: a reader misses none", async () => {
  const start = await cursorOfNow();
  const seen = new Set<string>();
  const written: string[] = [];
  let cursor = start;
  let isWriting = true;
  const conversations = await Promise.all(
    Array.from({ length: 6 }, async () => (await aConversation(database.pool, workspace)).conversationId),
  );
  const reader = (async () => {
    for (let isLast = false; !isLast; ) {
      isLast = !isWriting;
      const page = await catchUp(cursor);
      cursor = page.cursor;
      for (const id of page.messageIds) seen.add(id);
    }
  })();
  for (let round = 0; round < 15; round += 1)
    await atOnce(
      database.pool,
      conversations.map((id, at) => async (db) => {
        await db.query("savepoint one");
        const ids = await say(db, { in: id, count: 1 + ((round * at) % 4) });
        if ((round + at) % 3 === 0) return void (await db.query("rollback to savepoint one"));
        await db.query("select pg_sleep(random() / 100)");
        written.push(...ids);
      }),
    );
  isWriting = false;
  await reader;
  assert.ok(written.length > 50);
  assert.deepEqual([...seen].sort(), written.sort());
});
