import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear, send } from "../../support/messages.ts";
import { claim, outboxOf, record } from "../../support/outbox.ts";
import {
  aChannel,
  aConversation,
  aPerson,
  aWorkspace,
  become,
  becomeOwner,
  type Thread,
  type Workspace,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function twoContacts(
  db: pg.PoolClient,
): Promise<{ workspace: Workspace; kept: Thread; merged: Thread }> {
  const workspace = await aWorkspace(db);
  return { workspace, kept: await aConversation(db, workspace), merged: await aConversation(db, workspace) };
}

const merge = (db: pg.PoolClient, kept: Thread, merged: Thread) =>
  db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000);

story("two threads on one channel become one: its messages, its window, its unread count", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  await hear(db, workspace, kept, { at: at(30), content: { body: "old" } });
  await hear(
    db,
    workspace,
    merged,
    { at: at(20), content: { body: "one" } },
    { at: at(10), content: { body: "new" } },
  );
  const before = await conversationOf(db, merged.conversationId);
  await merge(db, kept, merged);

  const after = await conversationOf(db, kept.conversationId);
  assert.equal(after.unread_count, 3);
  assert.equal(after.last_message_preview, "new");
  assert.equal(after.last_message_id, before.last_message_id);
  assert.deepEqual(after.last_customer_message_at, before.last_customer_message_at);
  assert.equal(await conversationOf(db, merged.conversationId), undefined);
  const { rows } = await db.query(
    "select preview from app_public.messages where conversation_id = $1 order by occurred_at",
    [kept.conversationId],
  );
  assert.deepEqual(
    rows.map(({ preview }) => preview),
    ["old", "one", "new"],
  );
  assert.equal(
    (await db.query("select from app_public.contacts where id = $1", [merged.contactId])).rowCount,
    0,
  );
});

story("the newest message stays the last one, whichever thread it was in", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  await hear(db, workspace, merged, { at: at(20), content: { body: "old" } });
  await hear(db, workspace, kept, { at: at(10), content: { body: "new" } });
  await merge(db, kept, merged);
  assert.equal((await conversationOf(db, kept.conversationId)).last_message_preview, "new");
});

story("a conversation on a channel where the other contact has none is moved unchanged", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  await db.query("update app_public.conversations set channel_id = $2 where id = $1", [
    merged.conversationId,
    await aChannel(db, workspace.tenantId),
  ]);
  await merge(db, kept, merged);
  assert.equal((await conversationOf(db, merged.conversationId)).contact_id, kept.contactId);
});

story(
  "queued messages are still sent in order, and the outcomes of claimed ones are still recorded",
  async (db) => {
    const { kept, merged } = await twoContacts(db);
    const underWay = await send(db, merged.conversationId, "under way");
    assert.deepEqual(await claim(db), [underWay]);
    const waiting = await send(db, merged.conversationId, "waiting");
    await merge(db, kept, merged);
    assert.deepEqual(await claim(db), [], "the one in front is under way");
    await record(db, { message_id: underWay, kind: "sent", provider_message_id: "wamid.1" });
    assert.equal(await outboxOf(db, underWay), undefined);
    assert.deepEqual(await claim(db), [waiting]);
  },
);

story("two threads that both have something under way go on behind both", async (db) => {
  const { kept, merged } = await twoContacts(db);
  const one = await send(db, kept.conversationId);
  const two = await send(db, merged.conversationId);
  assert.equal((await claim(db)).length, 2);
  const three = await send(db, kept.conversationId);
  await merge(db, kept, merged);
  await record(db, { message_id: one, kind: "sent" });
  assert.deepEqual(await claim(db), [], "the merged thread's is under way");
  await record(db, { message_id: two, kind: "sent" });
  assert.deepEqual(await claim(db), [three]);
});

story("identities and wishes survive; what the kept contact says of itself wins", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  await db.query(
    `update app_public.contacts set name = 'Merged', email = 'm@example.com', metadata = '{"a": 1, "b": 1}',
       opted_out_at = now(), external_ref = 'crm-1' where id = $1`,
    [merged.contactId],
  );
  await db.query(`update app_public.contacts set name = 'Kept', metadata = '{"b": 2}' where id = $1`, [
    kept.contactId,
  ]);
  await db.query(
    "insert into app_public.contact_identities (tenant_id, kind, value, contact_id) values ($1, 'bsuid', 'B1', $2)",
    [workspace.tenantId, merged.contactId],
  );
  await merge(db, kept, merged);
  const { rows } = await db.query(
    "select name, email, metadata, external_ref, phone, opted_out_at is not null as is_out from app_public.contacts where id = $1",
    [kept.contactId],
  );
  assert.deepEqual(rows[0], {
    name: "Kept",
    email: "m@example.com",
    metadata: { a: 1, b: 2 },
    external_ref: "crm-1",
    phone: kept.phone,
    is_out: true,
  });
  const identities = await db.query(
    "select value from app_public.contact_identities where contact_id = $1 order by kind, value",
    [kept.contactId],
  );
  assert.deepEqual(
    identities.rows.map(({ value }) => value),
    ["B1", ...[kept.phone, merged.phone].sort()],
  );
});

story("participants of the merged conversation join the kept one, which keeps its assignee", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await db.query("update app_public.conversations set assignee_id = $2 where id = $1", [
    merged.conversationId,
    agent.userId,
  ]);
  await merge(db, kept, merged);
  assert.equal((await conversationOf(db, kept.conversationId)).assignee_id, agent.userId);
  const { rows } = await db.query(
    "select user_id from app_public.conversation_participants where conversation_id = $1",
    [kept.conversationId],
  );
  assert.deepEqual(rows, [{ user_id: agent.userId }]);
});

story("a closed thread that meets an open one is open, and the other way round", async (db) => {
  for (const closed of ["kept", "merged"] as const) {
    const pair = await twoContacts(db);
    await db.query("update app_public.conversations set status = 'closed' where id = $1", [
      pair[closed].conversationId,
    ]);
    await merge(db, pair.kept, pair.merged);
    const after = await conversationOf(db, pair.kept.conversationId);
    assert.equal(after.status, "open");
    assert.equal(after.closed_at, null);
  }
});

story("a chatbot's run goes along; of two that are under way the kept thread's goes on", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  const third = await aConversation(db, workspace);
  const bot = await db.query(
    "insert into app_public.chatbots (tenant_id, name) values ($1, 'Bot') returning id",
    [workspace.tenantId],
  );
  const { rows } = await db.query("select id, chatbot_id from app_private.publish_chatbot($1)", [
    bot.rows[0].id,
  ]);
  for (const { conversationId } of [merged, third])
    await db.query(
      `insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id, status)
       values ($1, $2, $3, $4, 'waiting')`,
      [workspace.tenantId, conversationId, rows[0].chatbot_id, rows[0].id],
    );
  await db.query(
    "insert into app_private.chatbot_events (tenant_id, conversation_id, kind) values ($1, $2, 'timer')",
    [workspace.tenantId, merged.conversationId],
  );
  await merge(db, kept, merged);
  const runs = async () => {
    const runs = await db.query(
      "select status, completion_reason as reason from app_public.conversation_contexts where conversation_id = $1 order by id",
      [kept.conversationId],
    );
    return runs.rows;
  };
  const waiting = { status: "waiting", reason: null };
  assert.deepEqual(await runs(), [waiting]);
  await merge(db, kept, third);
  assert.deepEqual(await runs(), [waiting, { status: "stopped", reason: "contacts_merged" }]);
  const events = await db.query("select conversation_id from app_private.chatbot_events");
  assert.deepEqual(events.rows, [{ conversation_id: kept.conversationId }]);
});

story("contacts of two tenants are never merged", async (db) => {
  const ours = await twoContacts(db);
  const theirs = await twoContacts(db);
  await merge(db, ours.kept, theirs.kept);
  assert.notEqual(await conversationOf(db, theirs.kept.conversationId), undefined);
  assert.equal(
    (await db.query("select from app_public.contacts where id = $1", [theirs.kept.contactId])).rowCount,
    1,
  );
});

story("the names are those under which the customer was last met, whichever contact is kept", async (db) => {
  for (const newer of ["kept", "merged"] as const) {
    const both = await twoContacts(db);
    for (const which of ["kept", "merged"] as const) {
      await db.query("update app_public.conversations set last_customer_message_at = $2 where id = $1", [
        both[which].conversationId,
        at(which === newer ? 10 : 20),
      ]);
      await db.query("update app_public.contacts set profile_name = $2, username = $2 where id = $1", [
        both[which].contactId,
        which,
      ]);
    }
    await merge(db, both.kept, both.merged);
    const { rows } = await db.query("select profile_name, username from app_public.contacts where id = $1", [
      both.kept.contactId,
    ]);
    assert.deepEqual(rows, [{ profile_name: newer, username: newer }]);
  }
});

story("admins see what a merge does before they merge, and what is lost", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  const [agent, admin] = [
    await aPerson(db, workspace.tenantId, "agent"),
    await aPerson(db, workspace.tenantId, "admin"),
  ];
  await hear(db, workspace, merged, { content: { body: "one" } });
  await db.query(
    `update app_public.contacts set name = 'Merged', notes = 'tall', time_zone = 'Asia/Tokyo', status = 'blocked',
       metadata = '{"a": 1, "b": 1}' where id = $1`,
    [merged.contactId],
  );
  await db.query(
    `update app_public.contacts set name = 'Kept', notes = 'kind', metadata = '{"b": 2}' where id = $1`,
    [kept.contactId],
  );
  const call = async (name: string, ...ids: string[]) =>
    (await db.query(`select to_jsonb(m) as merge from app_public.${name}($1, $2) m`, ids)).rows[0].merge;
  await become(db, agent);
  for (const name of ["merge_contacts", "preview_contact_merge"])
    assert.equal(await refusal(db, () => call(name, kept.contactId, merged.contactId)), "PYDEN");
  await become(db, admin);
  assert.equal(await refusal(db, () => call("merge_contacts", kept.contactId, kept.contactId)), "PYREQ");

  const preview = await call("preview_contact_merge", kept.contactId, merged.contactId);
  assert.deepEqual(preview.discarded, { name: "Merged", phone: merged.phone, "metadata.b": 1 });
  assert.deepEqual([preview.moved_conversations, preview.joined_conversations], [0, 1]);
  const { id, name, notes, time_zone, status, metadata } = preview.contact;
  assert.deepEqual(
    { id, name, notes, time_zone, status, metadata },
    {
      id: kept.contactId,
      name: "Kept",
      notes: "kind\n\ntall",
      time_zone: "Asia/Tokyo",
      status: "blocked",
      metadata: { a: 1, b: 2 },
    },
  );
  assert.equal((await db.query("select from app_public.contacts")).rowCount, 2);

  const done = await call("merge_contacts", kept.contactId, merged.contactId);
  const timeless = ({ contact, ...rest }: { contact: object }) => ({
    ...rest,
    contact: { ...contact, updated_at: null },
  });
  assert.deepEqual(timeless(done), timeless(preview));
  assert.equal((await db.query("select from app_public.contacts")).rowCount, 1);
  assert.equal(await refusal(db, () => call("merge_contacts", kept.contactId, merged.contactId)), "PYNFD");
  await becomeOwner(db);
});

story("a merge moves the rows of every table that refers to contacts", async (db) => {
  const { rows } = await db.query(
    `select k.conrelid::regclass::text as name
     from pg_constraint k
     where k.confrelid = 'app_public.contacts'::regclass
     -- Whether the merged contact was deleted says nothing about the kept one.
     and k.conrelid <> 'app_hidden.deleted_contacts'::regclass
     and position(k.conrelid::regclass::text in
       (select prosrc from pg_proc where oid = 'app_private.merge_contacts(uuid, uuid)'::regprocedure)) = 0`,
  );
  assert.deepEqual(rows, []);
});

story("archived messages move with their conversation, and can be taken back there", async (db) => {
  const { workspace, kept, merged } = await twoContacts(db);
  await hear(db, workspace, merged, { at: at(10), content: { body: "archived" } });
  await db.query(
    "select app_private.archive_messages(array(select id from app_public.messages where conversation_id = $1))",
    [merged.conversationId],
  );
  await merge(db, kept, merged);
  const archived = await db.query(
    "select preview from app_public.archived_messages where conversation_id = $1",
    [kept.conversationId],
  );
  assert.deepEqual(archived.rows, [{ preview: "archived" }]);
  await db.query("select app_private.restore_messages($1)", [kept.conversationId]);
  const restored = await db.query("select preview from app_public.messages where conversation_id = $1", [
    kept.conversationId,
  ]);
  assert.deepEqual(restored.rows, [{ preview: "archived" }]);
});
