import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear } from "../../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  type Thread,
  type Workspace,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();
const UNKNOWN = "00000000-0000-7000-8000-000000000000";

async function threadsOf(db: pg.PoolClient, workspace: Workspace, count: number): Promise<Thread[]> {
  const threads = [];
  while (threads.length < count) threads.push(await aConversation(db, workspace));
  return threads;
}

const idsOf = (threads: readonly Thread[]) => threads.map(({ conversationId }) => conversationId);

/** The outcomes by id, in order: an error code, or null. */
async function outcomes(db: pg.PoolClient, call: string, ids: readonly string[], ...more: unknown[]) {
  const places = more.map((_, at) => `, $${at + 2}`).join("");
  const { rows } = await db.query(`select id, code from app_public.${call}($1${places})`, [ids, ...more]);
  return rows.map(({ id, code }) => [id, code]);
}

async function columns(db: pg.PoolClient, threads: readonly Thread[], column: string) {
  const found = [];
  for (const { conversationId } of threads) found.push((await conversationOf(db, conversationId))[column]);
  return found;
}

story("each id has its own outcome, in the order given and once", async (db) => {
  const workspace = await aWorkspace(db);
  const threads = await threadsOf(db, workspace, 3);
  const [one, two, three] = idsOf(threads) as [string, string, string];
  const foreign = (await aConversation(db, await aWorkspace(db))).conversationId;
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  assert.deepEqual(await outcomes(db, "close_conversations", [three, UNKNOWN, one, three, foreign]), [
    [three, null],
    [UNKNOWN, "PYNFD"],
    [one, null],
    [foreign, "PYNFD"],
  ]);
  assert.deepEqual(await columns(db, threads, "status"), ["closed", "open", "closed"]);
  assert.deepEqual(await outcomes(db, "reopen_conversations", [one]), [[one, null]]);
  assert.deepEqual(await outcomes(db, "snooze_conversations", [one, two, three]), [
    [one, null],
    [two, null],
    [three, "PYREQ"],
  ]);
  assert.deepEqual(await columns(db, threads, "snoozed_until"), [Infinity, Infinity, null]);
  assert.deepEqual(await outcomes(db, "close_conversations", []), []);
  const many = Array.from({ length: 501 }, () => one);
  assert.equal(await refusal(db, () => outcomes(db, "close_conversations", many)), "PYLIM");
  assert.equal(
    await refusal(db, () => outcomes(db, "snooze_conversations", [one], "2020-01-01")),
    "PYREQ",
    "what is wrong with the request is wrong for all",
  );
});

story("conversations are marked as read, and read receipts are sent", async (db) => {
  const workspace = await aWorkspace(db);
  const threads = await threadsOf(db, workspace, 3);
  for (const thread of threads.slice(1)) await hear(db, workspace, thread, {}, {});
  await db.query("update app_public.channels set sends_read_receipts = true where id = $1", [
    workspace.channelId,
  ]);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  await outcomes(db, "mark_conversations_read", idsOf(threads));
  assert.deepEqual(await columns(db, threads, "unread_count"), [0, 0, 0]);
  await db.query("select set_config('role', 'none', true)");
  const { rows } = await db.query(
    "select payload ->> 'conversationId' as id from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'mark_read' order by 1",
  );
  assert.deepEqual(
    rows.map(({ id }) => id),
    idsOf(threads.slice(1)).sort(),
  );
});

story("conversations are assigned to a user, to a team, and by a strategy", async (db) => {
  const workspace = await aWorkspace(db);
  const threads = await threadsOf(db, workspace, 6);
  const people = [];
  for (const role of ["agent", "agent", "agent"] as const)
    people.push(await aPerson(db, workspace.tenantId, role));
  const [caller, ann, ben] = people.map(({ userId }) => userId) as [string, string, string];
  const { rows } = await db.query(
    "insert into app_public.teams (tenant_id, name) values ($1, 'Sales') returning id",
    [workspace.tenantId],
  );
  const team = rows[0].id;
  await db.query(
    "insert into app_public.team_members (tenant_id, team_id, user_id) select $1, $2, unnest($3::uuid[])",
    [workspace.tenantId, team, [ann, ben]],
  );
  // Ann has one conversation already.
  await db.query("update app_public.conversations set assignee_id = $2 where id = $1", [
    threads[5]!.conversationId,
    ann,
  ]);
  await become(db, people[0]!);
  const ids = idsOf(threads.slice(0, 5));
  const assigned = async (...args: unknown[]) => {
    const found = await outcomes(db, "assign_conversations", ids, ...args);
    assert.deepEqual(
      found.filter(([, code]) => code !== null),
      [],
    );
    const assignees = await columns(db, threads.slice(0, 5), "assignee_id");
    return [caller, ann, ben, null].map((user) => assignees.filter((one) => one === user).length);
  };
  assert.deepEqual(
    (await outcomes(db, "assign_conversations", ids, null, null, "least_busy")).map(([, code]) => code),
    Array(5).fill("PYREQ"),
    "no team",
  );
  assert.deepEqual(await assigned(caller), [5, 0, 0, 0]);
  assert.deepEqual(await assigned(null), [0, 0, 0, 5]);
  assert.deepEqual(await assigned(null, team), [0, 0, 0, 5]);
  assert.deepEqual(await assigned(null, null, "least_busy"), [0, 2, 3, 0]);
  assert.deepEqual(await assigned(null, team, "round_robin"), [0, 3, 2, 0], "it is Ann's turn again");
  assert.equal(await refusal(db, () => assigned(UNKNOWN)), "PYNFD");
  assert.equal(await refusal(db, () => assigned(ann, null, "previous")), "PYREQ");
});

story("contacts are tagged and grouped, and what is so already stays", async (db) => {
  const workspace = await aWorkspace(db);
  const threads = await threadsOf(db, workspace, 3);
  const contacts = threads.map(({ contactId }) => contactId);
  const made = async (table: string) =>
    (
      await db.query(`insert into app_public.${table} (tenant_id, name) values ($1, 'VIP') returning id`, [
        workspace.tenantId,
      ])
    ).rows[0].id;
  const lists = [
    ["tag_contacts", "untag_contacts", "contact_tags", await made("tags")],
    ["add_contacts_to_group", "remove_contacts_from_group", "group_contacts", await made("groups")],
  ] as const;
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  for (const [add, remove, table, id] of lists) {
    const listed = async () => (await db.query(`select from app_public.${table}`)).rowCount;
    assert.deepEqual(await outcomes(db, add, [contacts[0]!, UNKNOWN], id), [
      [contacts[0], null],
      [UNKNOWN, "PYNFD"],
    ]);
    await outcomes(db, add, contacts, id);
    assert.equal(await listed(), 3);
    await outcomes(db, remove, contacts.slice(1), id);
    await outcomes(db, remove, contacts.slice(1), id);
    assert.equal(await listed(), 1);
    assert.equal(await refusal(db, () => outcomes(db, add, contacts, UNKNOWN)), "PYNFD");
    await db.query("select set_config('role', 'none', true)");
    await outcomes(db, add, contacts, id);
    assert.equal(await listed(), 3, "by the owner of the database");
    await become(db, agent);
  }
});
