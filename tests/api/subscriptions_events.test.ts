import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { aRunningCampaign } from "../support/campaigns.ts";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, tokenOf } from "./support/api.ts";
import { type Listener, subscribe } from "./support/websocket.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let admin: Person;
let stranger: Person;
let mark: Listener;
let markId: string;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  admin = await aPerson(database.pool, workspace.tenantId, "admin");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
  const { conversationId } = await aConversation(database.pool, workspace);
  const { rows } = await sql(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Mark"}') returning id`,
    [conversationId],
  );
  markId = rows[0].id;
  mark = await subscribe(api, tokenOf(admin), "subscription { messageChanged { id } }");
});
after(() => mark.stop());

const sql = (text: string, values: unknown[] = []) => database.pool.query(text, values);

/** Waits until everything that was committed so far has been published: what is committed last is reported last. */
async function caughtUp(): Promise<void> {
  const before = mark.events.length;
  await sql("select app_private.report_changed_messages($1, array[$2::uuid])", [workspace.tenantId, markId]);
  await mark.received(before + 1);
}

/** What the members of the tenant receive while that happens; a stranger must receive nothing. */
async function reported(
  document: string,
  count: number,
  happens: () => Promise<unknown>,
): Promise<unknown[]> {
  await caughtUp();
  const [here, foreign] = await Promise.all(
    [admin, stranger].map((person) => subscribe(api, tokenOf(person), document)),
  );
  await happens();
  await here!.received(count);
  await caughtUp();
  assert.deepEqual(foreign!.events, []);
  await Promise.all([here!.stop(), foreign!.stop()]);
  return here!.events.map(({ data }) => data);
}

const CONTACT = "subscription { contactChanged { id name status contactTags { nodes { tag { name } } } } }";

test("a contact is reported when it is new, was changed, tagged or untagged, once for each statement", async () => {
  const { tenantId } = workspace;
  const [ann, tag] = await Promise.all([
    sql("insert into app_public.contacts (tenant_id, name) values ($1, 'Ann') returning id", [tenantId]),
    sql("insert into app_public.tags (tenant_id, name) values ($1, 'VIP') returning id", [tenantId]),
  ]).then((results) => results.map(({ rows }) => rows[0].id));
  const of = (name: string, status: string, tags: string[]) => ({
    contactChanged: {
      id: ann,
      name,
      status,
      contactTags: { nodes: tags.map((name) => ({ tag: { name } })) },
    },
  });
  const change = (set: string) => () => sql(`update app_public.contacts set ${set} where id = $1`, [ann]);
  assert.deepEqual(await reported(CONTACT, 1, change("name = 'Anne'")), [of("Anne", "active", [])]);
  assert.deepEqual(await reported(CONTACT, 1, change("status = 'blocked'")), [of("Anne", "blocked", [])]);
  const add = () =>
    sql("insert into app_public.contact_tags (tenant_id, contact_id, tag_id) values ($1, $2, $3)", [
      tenantId,
      ann,
      tag,
    ]);
  assert.deepEqual(await reported(CONTACT, 1, add), [of("Anne", "blocked", ["VIP"])]);
  const remove = () => sql("delete from app_public.contact_tags where contact_id = $1", [ann]);
  assert.deepEqual(await reported(CONTACT, 1, remove), [of("Anne", "blocked", [])]);
  const insert = () =>
    sql("insert into app_public.contacts (tenant_id, name) values ($1, 'Ben')", [tenantId]);
  assert.equal((await reported(CONTACT, 1, insert)).length, 1);
  assert.deepEqual(
    await reported("subscription { tagChanged { name color } }", 1, () =>
      sql("update app_public.tags set color = '#ff0000' where id = $1", [tag]),
    ),
    [{ tagChanged: { name: "VIP", color: "#ff0000" } }],
  );
});

test("a mention is reported to whom it concerns, when it is new and when it was read", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const document = `subscription { mentionChanged(userId: "${admin.userId}") { userId readAt message { preview } } }`;
  const note = (body: string, userId: string) =>
    sql("select app_public.add_note($1, $2, array[$3::uuid])", [conversationId, body, userId]);
  const colleague = await aPerson(database.pool, workspace.tenantId, "agent");
  const cursor = (await api.ask(admin, "query { changeCursor }")).data.changeCursor;
  const events = await reported(document, 1, async () => {
    await note("For the colleague", colleague.userId);
    await note("For the admin", admin.userId);
  });
  assert.deepEqual(events, [
    { mentionChanged: { userId: admin.userId, readAt: null, message: { preview: "For the admin" } } },
  ]);
  const mark = () => api.ask(admin, "mutation { markMentionsRead(input: {}) { mentions { readAt } } }");
  const [event] = (await reported(document, 1, mark)) as [{ mentionChanged: { readAt: string } }];
  assert.ok(event.mentionChanged.readAt);
  const changes = `query { changesSince(cursor: "${cursor}") { mentions { userId readAt } } }`;
  const { mentions } = (await api.ask(admin, changes)).data.changesSince;
  assert.deepEqual(
    mentions.map(({ userId, readAt }: { userId: string; readAt: string | null }) => [
      userId,
      readAt !== null,
    ]),
    [
      [colleague.userId, false],
      [admin.userId, true],
    ],
  );
});

test("a template is reported when it changes, not when it is read again, and a campaign with its figures", async () => {
  const { pool } = database;
  const db = await pool.connect();
  const campaignId = await aRunningCampaign(db, workspace, { contacts: 3 });
  db.release();
  const cursor = (await api.ask(admin, "query { changeCursor }")).data.changeCursor;
  const set = (values: string) => () =>
    sql(`update app_public.templates set ${values} where tenant_id = $1`, [workspace.tenantId]);
  const template = "subscription { templateChanged { name status } }";
  const events = await reported(template, 1, async () => {
    await set("checked_at = now(), status_at = now()")();
    await set("status = 'paused'")();
  });
  assert.deepEqual(events, [{ templateChanged: { name: "spring", status: "paused" } }]);

  const document = "subscription { campaignChanged { id status figures { pending skipped } } }";
  const of = (status: string, pending: number, skipped: number) => ({
    campaignChanged: { id: campaignId, status, figures: { pending, skipped } },
  });
  const skip = () =>
    sql(
      "update app_public.campaign_recipients set state = 'skipped', error_code = 'PYOPT' where campaign_id = $1 and state = 'pending'",
      [campaignId],
    );
  const { pending, skipped } = (
    await api.ask(admin, "query ($id: UUID!) { campaign(id: $id) { figures { pending skipped } } }", {
      id: campaignId,
    })
  ).data.campaign.figures;
  assert.ok(pending >= 3);
  assert.deepEqual(await reported(document, 1, skip), [of("running", 0, pending + skipped)]);
  const pause = () => sql("update app_public.campaigns set status = 'paused' where id = $1", [campaignId]);
  assert.deepEqual(await reported(document, 1, pause), [of("paused", 0, pending + skipped)]);
  const { templates, campaigns } = (
    await api.ask(admin, `{ changesSince(cursor: "${cursor}") { templates { name } campaigns { id } } }`)
  ).data.changesSince;
  assert.deepEqual([templates, campaigns], [[{ name: "spring" }], [{ id: campaignId }]]);
});

test("a channel is reported when it is paused, and when the provider reports something about it", async () => {
  const document = "subscription { channelChanged { id status whatsapp { qualityRating } } }";
  const of = (status: string, qualityRating: string | null) => ({
    channelChanged: { id: workspace.channelId, status, whatsapp: { qualityRating } },
  });
  const { channelId } = workspace;
  const pause = () => sql("update app_public.channels set status = 'paused' where id = $1", [channelId]);
  assert.deepEqual(await reported(document, 1, pause), [of("paused", null)]);
  const rate = () =>
    sql("update app_public.whatsapp_channels set quality_rating = 'RED' where channel_id = $1", [channelId]);
  assert.deepEqual(await reported(document, 1, rate), [of("paused", "RED")]);
  await sql("update app_public.channels set status = 'active' where id = $1", [channelId]);
});

test("a conversation is reported when a user joins or leaves it", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const document = "subscription { conversationChanged { id participants { nodes { userId } } } }";
  const of = (...users: string[]) => ({
    conversationChanged: {
      id: conversationId,
      participants: { nodes: users.map((userId) => ({ userId })) },
    },
  });
  const values = [workspace.tenantId, conversationId, admin.userId];
  const join = () =>
    sql(
      "insert into app_public.conversation_participants (tenant_id, conversation_id, user_id) values ($1, $2, $3)",
      values,
    );
  assert.deepEqual(await reported(document, 1, join), [of(admin.userId)]);
  const leave = () =>
    sql(
      "delete from app_public.conversation_participants where (tenant_id, conversation_id, user_id) = ($1, $2, $3)",
      values,
    );
  assert.deepEqual(await reported(document, 1, leave), [of()]);
});

const DELETED = "subscription { objectDeleted { typeName id nodeId } }";
type Deleted = { objectDeleted: { typeName: string; id: string; nodeId: string } };

test("what is deleted is reported with the nodeId it had", async () => {
  const { tenantId } = workspace;
  const thread = await aConversation(database.pool, workspace);
  const inserted = await sql(
    `insert into app_public.messages (conversation_id, type, content)
     select $1, 'text', '{"body": "Hello"}' from generate_series(1, 3) returning id`,
    [thread.conversationId],
  );
  const messages = inserted.rows.map(({ id }) => id as string);
  const tag = await sql("insert into app_public.tags (tenant_id, name) values ($1, 'Old') returning id", [
    tenantId,
  ]);
  await sql("insert into app_public.contact_tags (tenant_id, contact_id, tag_id) values ($1, $2, $3)", [
    tenantId,
    thread.contactId,
    tag.rows[0].id,
  ]);
  const known = await api.ask(
    admin,
    `query ($m: UUID!, $c: UUID!, $t: UUID!) {
       message(id: $m) { nodeId conversation { nodeId contact { nodeId } } } contact(id: $c) { nodeId } tag(id: $t) { nodeId }
     }`,
    { m: messages[0], c: thread.contactId, t: tag.rows[0].id },
  );
  const deletions = async (count: number, happens: () => Promise<unknown>) =>
    ((await reported(DELETED, count, happens)) as Deleted[]).map(({ objectDeleted }) => objectDeleted);

  assert.deepEqual(
    await deletions(1, () => sql("delete from app_public.messages where id = $1", [messages[0]])),
    [{ typeName: "Message", id: messages[0], nodeId: known.data.message.nodeId }],
  );
  assert.deepEqual(
    await deletions(1, () => sql("delete from app_public.tags where id = $1", [tag.rows[0].id])),
    [{ typeName: "Tag", id: tag.rows[0].id, nodeId: known.data.tag.nodeId }],
  );
  // Without the two messages, which are gone with their conversation.
  assert.deepEqual(
    await deletions(2, () => sql("delete from app_public.contacts where id = $1", [thread.contactId])),
    [
      { typeName: "Conversation", id: thread.conversationId, nodeId: known.data.message.conversation.nodeId },
      { typeName: "Contact", id: thread.contactId, nodeId: known.data.contact.nodeId },
    ],
  );
});

test("a conversation is reported when a message is deleted from it", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const { rows } = await sql(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Hello"}') returning id`,
    [conversationId],
  );
  const events = await reported("subscription { conversationChanged { id } }", 1, () =>
    sql("delete from app_public.messages where id = $1", [rows[0].id]),
  );
  assert.deepEqual(events, [{ conversationChanged: { id: conversationId } }]);
});

test("a whole tenant is deleted in silence", async () => {
  const doomed = await aWorkspace(database.pool);
  const owner = await aPerson(database.pool, doomed.tenantId, "owner");
  await aConversation(database.pool, doomed);
  const listener = await subscribe(api, tokenOf(owner), DELETED);
  await sql("delete from app_public.tenants where id = $1", [doomed.tenantId]);
  assert.equal((await listener.closed).code, 4403);
  assert.deepEqual(listener.events, []);
});

test("statements that change very many rows close those who asked for all of them, and harm nothing else", async () => {
  const [many, other] = [
    await aConversation(database.pool, workspace),
    await aConversation(database.pool, workspace),
  ];
  const document = "subscription ($id: UUID) { messageAdded(conversationId: $id) { preview } }";
  const flooded = await subscribe(api, tokenOf(admin), document);
  const calm = await subscribe(api, tokenOf(admin), document, { id: other.conversationId });
  // Rows that are gone already: they are looked up, and not found.
  await sql(
    "select app_private.notify_change($1, 'messages', array(select gen_random_uuid() from generate_series(1, 100000)))",
    [workspace.tenantId],
  );
  const say = (conversationId: string, body: string, count: number) =>
    sql(
      `insert into app_public.messages (conversation_id, type, content)
       select $1, 'text', jsonb_build_object('body', $2::text) from generate_series(1, $3::int)`,
      [conversationId, body, count],
    );
  await say(many.conversationId, "Many", 12_000);
  await say(other.conversationId, "One", 1);
  await calm.received(1, 20_000);
  const { code, reason } = await flooded.closed;
  assert.equal(code, 1013);
  assert.match(reason, /^PYLIM/);
  assert.deepEqual(calm.events, [{ data: { messageAdded: { preview: "One" } } }]);
  await calm.stop();
});
