import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "../../../src/base/log.ts";
import { indexMessages } from "../../../src/database/message_indexing.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aWamid, edit, hear, revoke, type Said, send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, type Workspace } from "../../support/people.ts";
import { refusal, rolledBack } from "../../support/transaction.ts";
import { until } from "../../support/until.ts";

const log = createLog("silent");

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

/** Waits for transactions that are open elsewhere on the server, as those of other tests are: indexing waits for them. */
async function allHaveEnded(): Promise<void> {
  const open =
    "select from app_private.changes c, pg_current_snapshot() s where c.transaction_id >= pg_snapshot_xmin(s) and c.transaction_id < pg_snapshot_xmax(s) limit 1";
  await until("earlier transactions", async () => (await query(open)).length === 0);
}

/** Stores the words of all messages, also of those that would wait until there are more. */
async function index(): Promise<void> {
  await allHaveEnded();
  await query("update app_private.changes set changed_at = now() - interval '13 hours'");
  await query("update app_private.search_progress set look_at = now()");
  await indexMessages(database.pool, log);
}

async function find(tenantId: string, text: string, more: object = {}): Promise<string[]> {
  const args = { before: null, at_most: 50, conversation_id: null, since: null, until: null, ...more };
  const rows = await query(
    `select m.preview
     from app_private.find_messages($1, $2, $3, $4, $5, $6, $7) f, unnest(f.message_ids) with ordinality i (id, number)
     join app_public.messages m using (id) order by i.number`,
    ...[tenantId, text, args.conversation_id, args.since, args.until, args.before, args.at_most],
  );
  return rows.map(({ preview }) => preview);
}

async function saying(...said: (string | Said)[]) {
  const workspace = await aWorkspace(database.pool);
  const thread = await aConversation(database.pool, workspace);
  const bodies = said.map((one) => (typeof one === "string" ? { content: { body: one } } : one));
  await hear(database.pool, workspace, thread, ...bodies);
  return { ...workspace, ...thread };
}

/** A text, queries that find it, and queries that do not. */
const TEXTS: readonly [text: string, finds: string[], misses: string[]][] = [
  [
    "Your order 4711 is on its way!",
    ["order", "ORD", "4711 way", '"way"', "on-its", "ord:*"],
    ['"ord"', "rder", "order pizza"],
  ],
  ["İSTANBUL'da ılık bir gün", ["istanbul", "ISTANBUL", "İstanbul", "ıstanbul", "ILIK", "gun"], ["stanbul"]],
  ["Crème brûlée à la carte", ["creme", "BRULEE", "brûlée", "a la"], ["crema"]],
  ["Straße nach Łódź, Ærø, Đakovo", ["strasse", "STRASSE", "lodz", "aero", "dakovo"], ["strase"]],
  ["ΟΔΟΣ Σόλωνος", ["οδος", "οδός", "σολων"], ["ολων"]],
  ["Ёлка и Йод", ["елка", "ЁЛКА", "иод"], ["лка"]],
  ["我想退货，谢谢", ["退货", "退", "谢", "想退"], ["货退", "退谢"]],
  ["東京タワーに行きたい", ["タワー", "東京", "行き"], ["京東"]],
  ["ขอบคุณครับ", ["คุณ", "ขอบ", "ครับ"], ["บขอ"]],
  ["Danke 👍🏽❤️", ["👍", "❤", "👍🏿 danke"], ["👎"]],
  ["مرحبا، رقمي ٠٥٣٢ وأحمد", ["مرحبا", "0532", "وَأَحْمَد", "واحمد"], ["حبا"]],
  ["안녕하세요 여러분", ["안녕", "여러"], ["하세요"]],
  [
    "ping ali.veli@example.com https://example.com/a_b?c=d",
    ["ali.veli@example.com", "veli", "example.com/a_b", "b c d"],
    ["eli"],
  ],
];

test("texts are found by words and their beginnings, in any language, indexed or not", async () => {
  const { tenantId } = await saying(...TEXTS.map(([text]) => text), "something else");
  const other = await saying("order istanbul creme");
  for (const isIndexed of [false, true]) {
    if (isIndexed) await index();
    for (const [text, finds, misses] of TEXTS) {
      for (const words of finds)
        assert.deepEqual(await find(tenantId, words), [text], `${words} (${isIndexed})`);
      for (const words of misses)
        assert.deepEqual(await find(tenantId, words), [], `${words} (${isIndexed})`);
    }
    assert.deepEqual(await find(other.tenantId, "order"), ["order istanbul creme"]);
  }
  const [{ unindexed }] = await query(
    "select count(*)::int as unindexed from app_private.message_words w where not (w.message_ids <@ array(select id from app_public.messages))",
  );
  assert.equal(unindexed, 0);
});

test("so are the texts of other types", async () => {
  const { tenantId, conversationId } = await saying(
    { type: "image", content: { id: "1", caption: "our caption", mime_type: "image/jpeg", sha256: "hash" } },
    { type: "document", content: { id: "2", filename: "Rechnung_2026.pdf", caption: "bill" } },
    {
      type: "interactive",
      content: { type: "list_reply", list_reply: { id: "row-9", title: "Espresso", description: "double" } },
    },
    { type: "location", content: { latitude: 1, longitude: 2, name: "Galata", address: "Bereketzade 34" } },
    {
      type: "contacts",
      content: { contacts: [{ name: { formatted_name: "Ayşe Kaya" }, phones: [{ phone: "+90 532 1" }] }] },
    },
    { type: "reaction", content: { message_id: "wamid.1", emoji: "🎉" } },
  );
  await query(
    `insert into app_public.messages (conversation_id, direction, type, content)
     values ($1, 'internal', 'note', '{"body": "ask the warehouse"}')`,
    conversationId,
  );
  for (const isIndexed of [false, true]) {
    if (isIndexed) await index();
    for (const words of [
      "caption",
      "rechnung",
      "bill 2026",
      "espresso double",
      "galata bereket",
      "ayse",
      "532",
      "warehouse",
    ])
      assert.equal((await find(tenantId, words)).length, 1, words);
    for (const words of ["jpeg", "hash", "row", "🎉"])
      assert.deepEqual(await find(tenantId, words), [], words);
  }
});

test("the newest text of an edited message is found, and nothing of a deleted or erased one, nor are its words kept", async () => {
  const [first, second] = [aWamid(), aWamid()];
  const story = await saying(
    { wamid: first, content: { body: "I like tomatoes" } },
    { wamid: second, content: { body: "I hate celery" } },
    "I eat bread",
  );
  const thread = { ...story };
  await index();
  await hear(database.pool, story, thread, edit(first, "I like potatoes"), revoke(second));
  for (const isIndexed of [false, true]) {
    if (isIndexed) await index();
    assert.deepEqual(await find(story.tenantId, "tomatoes"), []);
    assert.deepEqual(await find(story.tenantId, "potatoes"), ["I like tomatoes"]);
    assert.deepEqual(await find(story.tenantId, "celery"), []);
    assert.deepEqual(await find(story.tenantId, "bread"), ["I eat bread"]);
  }
  const kept = () =>
    query("select words::text as words from app_private.message_words where tenant_id = $1", story.tenantId);
  assert.doesNotMatch((await kept())[0].words, /tomatoes|celery/);
  assert.match((await kept())[0].words, /potatoes/);

  await query("delete from app_public.contacts where id = $1", story.contactId);
  assert.deepEqual(await find(story.tenantId, "bread"), []);
  await index();
  assert.deepEqual(await kept(), []);
  assert.deepEqual(await query("select from app_private.outdated_words"), []);
});

test("pages of many blocks are what a look at every message finds, newest first, also of imported history", async () => {
  const words = ["alpha", "beta", "gamma", "delta", "épsilon", "zeta", "eta"];
  const workspace = await aWorkspace(database.pool);
  const threads = [
    await aConversation(database.pool, workspace),
    await aConversation(database.pool, workspace),
  ];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const said = (origin: "live" | "history", ageInDays: number): Said => ({
    origin,
    at: new Date(Date.now() - ageInDays * 86_400_000 - random(3_000_000)),
    content: { body: Array.from({ length: 1 + random(4) }, () => words[random(words.length)]).join(" ") },
  });
  for (let batch = 0; batch < 4; batch++) {
    for (const thread of threads)
      await hear(
        database.pool,
        workspace,
        thread,
        ...Array.from({ length: 90 }, () => said("live", 0)),
        ...Array.from({ length: 40 }, () => said("history", 10)),
      );
    if (batch < 3) await index();
  }
  const all = (
    await query(
      "select array_agg(id) as ids from app_public.messages where tenant_id = $1",
      workspace.tenantId,
    )
  )[0].ids;
  for (const text of ["alpha", "al be", "gamma delta", '"eta"', "e", "alpha beta gamma", "nothing"])
    for (const conversation of [null, threads[0]!.conversationId]) {
      const expected = await query(
        `select m.id from app_private.messages_with_terms($1, app_hidden.search_terms($2)) i (id)
         join app_public.messages m using (id)
         where m.conversation_id = coalesce($3, m.conversation_id) order by m.id desc`,
        ...[all, text, conversation],
      );
      const found: string[] = [];
      for (let before: string | null = null, page = 0; page === 0 || before; page++) {
        const [row] = await query(
          "select f.message_ids, f.next_before from app_private.find_messages($1, $2, $3, before => $4, at_most => 17) f",
          ...[workspace.tenantId, text, conversation, before],
        );
        assert.ok(row.message_ids.length <= 17);
        found.push(...row.message_ids);
        before = row.next_before;
      }
      assert.deepEqual(
        found,
        expected.map(({ id }) => id),
        text,
      );
    }
  const [{ blocks }] = await query(
    "select count(*)::int as blocks from app_private.message_words where tenant_id = $1",
    workspace.tenantId,
  );
  assert.ok(blocks > 9, `${blocks} blocks`);
});

test("a search can be limited to a time", async () => {
  const old = new Date("2026-01-15T12:00:00Z");
  const { tenantId } = await saying(
    { origin: "history", at: old, content: { body: "old news" } },
    "new news",
  );
  assert.deepEqual(await find(tenantId, "news"), ["new news", "old news"]);
  assert.deepEqual(await find(tenantId, "news", { until: "2026-02-01" }), ["old news"]);
  assert.deepEqual(await find(tenantId, "news", { since: "2026-02-01" }), ["new news"]);
  await index();
  assert.deepEqual(await find(tenantId, "news", { until: "2026-02-01" }), ["old news"]);
  assert.deepEqual(await find(tenantId, "news", { since: "2026-02-01" }), ["new news"]);
});

test("punctuation, operators and quotation marks are no syntax; what is too long is refused", async () => {
  const { tenantId } = await saying("plain text & more");
  await index();
  for (const text of [
    "",
    " ",
    "!!!",
    "'",
    '"',
    '"" ""',
    "\\",
    ":*",
    "a & | b",
    "!a",
    "(",
    "<->",
    "\u200b",
    "%",
    "\u0001",
  ])
    assert.deepEqual(await find(tenantId, text), [], text);
  assert.deepEqual(await find(tenantId, 'plain\' & "text":*'), ["plain text & more"]);
  for (const text of ["x".repeat(10_000), "a b c ".repeat(200), "'".repeat(201)])
    await assert.rejects(find(tenantId, text), { code: "PYREQ" });
  const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789"].join(" ");
  await assert.rejects(find(tenantId, letters), { code: "PYREQ" });
  // What a message may contain is stored: long words, and more text than is searched.
  const { tenantId: hostile } = await saying(
    "z".repeat(4096),
    "𝔘".repeat(3000),
    "' \\ : * \u00a0\u3000 \u2028 '':1A,2B",
    "ok",
  );
  await index();
  assert.deepEqual(await query("select error from app_private.search_progress where error is not null"), []);
  assert.deepEqual(await find(hostile, "ok"), ["ok"]);
  assert.equal((await find(hostile, "z".repeat(150))).length, 1);
});

test("a search sees the caller's tenant only", async () => {
  const ours = await saying("a common word");
  const theirs = await saying("a common word");
  const person = await aPerson(database.pool, ours.tenantId, "viewer");
  await rolledBack(database.pool, async (db) => {
    await become(db, person);
    const { rows } = await db.query("select tenant_id from app_public.search_messages('common')");
    assert.deepEqual(rows, [{ tenant_id: ours.tenantId }]);
    const elsewhere = "select id from app_public.search_messages('common', $1)";
    assert.deepEqual((await db.query(elsewhere, [theirs.conversationId])).rows, []);
    const tooMany = () => db.query("select from app_public.search_messages('x', at_most => 101)");
    assert.equal(await refusal(db, tooMany), "PYLIM");
  });
});

test("few messages wait for more; those of a tenant with many do not delay those of others", async () => {
  const quiet = await saying("quiet");
  const busy = await aWorkspace(database.pool);
  const thread = await aConversation(database.pool, busy);
  await query(
    `insert into app_public.messages (conversation_id, type, content)
     select $1, 'text', jsonb_build_object('body', 'flood ' || n) from generate_series(1, 9000) n`,
    thread.conversationId,
  );
  const other = await saying(...Array.from({ length: 64 }, (_, at) => `other ${at}`));
  const progress = async ({ tenantId }: Pick<Workspace, "tenantId">) =>
    (await query("select indexed_until from app_private.search_progress where tenant_id = $1", tenantId))[0];
  await allHaveEnded();
  // The busy tenant's turn is over after some 4,000.
  await query("select app_private.index_due_messages()");
  await query("select app_private.index_due_messages()");
  assert.ok((await progress(other)).indexed_until);
  assert.equal((await progress(quiet)).indexed_until, null);
  const [{ indexed }] = await query(
    "select sum(cardinality(message_ids))::int as indexed from app_private.message_words where tenant_id = $1",
    busy.tenantId,
  );
  assert.ok(indexed < 9000, `${indexed}`);
  // More than a search reads in addition to the index: it says until when it is complete.
  const [{ complete_until }] = await query(
    "select complete_until from app_private.find_messages($1, 'flood')",
    busy.tenantId,
  );
  assert.ok(complete_until < new Date());
  await indexMessages(database.pool, log);
  assert.equal((await find(busy.tenantId, "flood 8999")).length, 1);
});

test("a tenant whose messages cannot be indexed is named in a warning, and delays no other", async () => {
  const broken = await saying("broken words");
  const other = await saying("other words");
  await allHaveEnded();
  await query("update app_private.changes set changed_at = now() - interval '13 hours'");
  await query(
    `alter table app_private.message_words add constraint is_broken check (tenant_id <> '${broken.tenantId}') not valid`,
  );
  const warnings: unknown[] = [];
  const warn = (fields: unknown) => void warnings.push(fields);
  await query("update app_private.search_progress set look_at = now()");
  await indexMessages(database.pool, { warn });
  assert.deepEqual(warnings, [{ tenantIds: [broken.tenantId] }]);
  const words = "select from app_private.message_words where tenant_id = $1";
  assert.equal((await query(words, other.tenantId)).length, 1);
  assert.equal((await query(words, broken.tenantId)).length, 0);
  const [{ error, look_at }] = await query(
    "select error, look_at from app_private.search_progress where tenant_id = $1",
    broken.tenantId,
  );
  assert.match(error, /is_broken/);
  assert.ok(look_at > new Date());

  await query("alter table app_private.message_words drop constraint is_broken");
  await index();
  assert.equal((await query(words, broken.tenantId)).length, 1);
});

test("changes of a restored database are indexed, although its transaction ids begin again", async () => {
  const { tenantId, conversationId } = await saying("before the restore");
  await index();
  await send(database.pool, conversationId, "not yet indexed");
  await query(
    "update app_private.changes set transaction_id = '900000000000' where tenant_id = $1 and changed_at > now() - interval '1 hour'",
    tenantId,
  );
  await query(
    "update app_private.search_progress set database_identity = 'another', transaction_id = '900000000000' where tenant_id = $1",
    tenantId,
  );
  await send(database.pool, conversationId, "after the restore");
  await index();
  for (const words of ["before", "indexed", "after"])
    assert.equal((await find(tenantId, words)).length, 1, words);
  const [{ messages }] = await query(
    "select sum(cardinality(message_ids))::int as messages from app_private.message_words where tenant_id = $1",
    tenantId,
  );
  assert.equal(messages, 3);
});

test("all messages can be indexed at once", async () => {
  const { tenantId } = await saying("copied in");
  await query("delete from app_private.changes where tenant_id = $1", tenantId);
  assert.deepEqual(await find(tenantId, "copied"), []);
  await query("select app_private.index_all_messages()");
  assert.deepEqual(await find(tenantId, "copied"), ["copied in"]);
  const [{ repeated }] = await query("select app_private.index_all_messages()::int as repeated");
  assert.equal(repeated, 0);
});
