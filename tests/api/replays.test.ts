import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TurnTaker } from "../../src/runner/turn_taker.ts";
import type { TestDatabase } from "../support/database.ts";
import { hear, type Said } from "../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  type Person,
  type Thread,
  type Workspace,
} from "../support/people.ts";
import { anActiveChatbot, SUPPORT_BOT } from "../support/support_bot.ts";
import { turnsOn } from "../support/turns.ts";
import { type Api, borrowApi } from "./support/api.ts";

/** A conversation that was really had, replayed over the API. */

let database: TestDatabase;
let api: Api;
let turns: TurnTaker;
let workspace: Workspace;
let thread: Thread;
let admin: Person;
let agent: Person;
let stranger: Person;
let versionId: string;
let changedId: string;
before(async () => {
  ({ database, api } = await borrowApi());
  turns = turnsOn(database.pool);
  workspace = await aWorkspace(database.pool);
  admin = await aPerson(database.pool, workspace.tenantId, "admin");
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
  const bot = await anActiveChatbot(database.pool, workspace.tenantId);
  versionId = bot.versionId;
  thread = await aConversation(database.pool, workspace);
  const tap = { type: "button_reply", button_reply: { id: "btn_tech", title: "Technical help" } };
  for (const said of [{ content: { body: "hi" } }, { type: "interactive", content: tap }] satisfies Said[]) {
    await hear(database.pool, workspace, thread, said);
    await turns.drain();
  }
  const nodes = SUPPORT_BOT.nodes.map((node) =>
    node.id === "goodbye-msg"
      ? { ...node, data: { ...node.data, content: "See you, {{contact.name}}" } }
      : node,
  );
  await database.pool.query("update app_public.chatbots set nodes = $2 where id = $1", [
    bot.chatbotId,
    JSON.stringify(nodes),
  ]);
  await database.pool.query("update app_public.contacts set name = 'Ada' where id = $1", [thread.contactId]);
  const { rows } = await database.pool.query("select id from app_private.publish_chatbot($1)", [
    bot.chatbotId,
  ]);
  changedId = rows[0].id;
});

const REPLAY = `mutation ($input: ReplayConversationInput!) {
  replayConversation(input: $input) {
    turns { at heard { type preview } said { preview content } wouldSay { preview content } isDifferent }
    differentTurns isCut until runs { startedAt path variables outcome reason }
  }
}`;

async function replay(as: Person | null, input: object = {}) {
  const answer = await api.ask(as, REPLAY, {
    input: { conversationId: thread.conversationId, versionId, ...input },
  });
  return { ...answer, replayed: answer.data?.replayConversation };
}

/** Every row of every table, with the transaction that wrote it. */
async function everything(): Promise<Record<string, string>> {
  const { rows: tables } = await database.pool.query(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind = 'r' and c.relnamespace::regnamespace::text ~ '^(app_|graphile_)'`,
  );
  const state: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await database.pool.query(
      `select count(*) || ' ' || md5(coalesce(string_agg(t.xmin::text || t.ctid::text || t::text, ',' order by t.ctid), '')) as state
       from ${name} t`,
    );
    state[name] = rows[0].state;
  }
  return state;
}

test("the same version says the same; another shows differences; nothing is stored", async () => {
  const before = await everything();
  assert.ok(Object.keys(before).length > 40);
  const same = await replay(admin);
  assert.deepEqual([same.replayed?.differentTurns, same.replayed?.isCut], [0, false], same.text);
  // Both of the customer's messages came within ten seconds, but the chatbot spoke between them.
  assert.deepEqual(
    same.replayed.turns.map(({ heard, said }: { heard: { preview: string }[]; said: unknown[] }) => [
      heard.map(({ preview }) => preview),
      said.length,
    ]),
    [
      [["hi"], 2],
      [["[Technical help]"], 2],
    ],
  );
  for (const turn of same.replayed.turns) assert.deepEqual(turn.said, turn.wouldSay);

  const other = await replay(admin, { versionId: changedId });
  assert.equal(other.replayed.differentTurns, 1);
  const [first, second] = other.replayed.turns;
  assert.deepEqual([first.isDifferent, second.isDifferent], [false, true]);
  assert.equal(second.said.at(-1).preview, "Thank you, and goodbye.");
  assert.equal(second.wouldSay.at(-1).preview, "See you, Ada");
  const [run] = other.replayed.runs;
  assert.deepEqual(run.path, ["start-1", "welcome-msg", "main-menu", "tech-response", "goodbye-msg"]);
  assert.deepEqual([run.outcome, run.reason], ["completed", "flow_completed"]);
  assert.equal(run.variables.menu_selection, "btn_tech");
  assert.equal(run.variables.customer_phone, thread.phone.slice(1));
  assert.equal(other.text.includes("/callbacks/"), false, "a run's callback address lets its bearer in");
  assert.deepEqual(await everything(), before);
});

test("a part of a conversation is replayed, and the number of remaining messages is returned", async () => {
  const whole = (await replay(admin)).replayed;
  const cut = await replay(admin, { first: 3 });
  assert.deepEqual([cut.replayed?.isCut, cut.replayed?.turns.length], [true, 1], cut.text);
  assert.equal(cut.replayed.until >= whole.turns[0].at, true);
  const late = await replay(admin, { from: whole.turns[1].at });
  assert.deepEqual(
    [late.replayed.turns.length, late.replayed.turns[0].wouldSay[0].preview],
    [1, "Welcome to the support line."],
  );
  const early = await replay(admin, { until: "2020-01-01T00:00:00Z" });
  assert.deepEqual([early.replayed.turns, early.replayed.runs], [[], []]);
  for (const wrong of [{ first: 0 }, { first: 1001 }, { first: -5 }, { from: "never" }, { until: "never" }])
    assert.equal((await replay(admin, wrong)).code, "PYREQ", JSON.stringify(wrong));
});

test("for admins; no other tenant's conversation or version, and none that is not there", async () => {
  const nobody = "00000000-0000-4000-8000-000000000000";
  const theirs = await anActiveChatbot(database.pool, stranger.tenantId);
  assert.equal((await replay(stranger)).code, "PYNFD");
  assert.equal((await replay(stranger, { versionId: theirs.versionId })).code, "PYNFD");
  assert.equal((await replay(admin, { versionId: theirs.versionId })).code, "PYNFD");
  assert.equal((await replay(admin, { versionId: theirs.chatbotId })).code, "PYNFD");
  assert.equal((await replay(admin, { versionId: nobody })).code, "PYNFD");
  assert.equal((await replay(admin, { conversationId: nobody })).code, "PYNFD");
  assert.equal((await replay(agent)).code, "PYDEN", "what is replayed shows the graph");
  assert.equal((await replay(null)).replayed ?? null, null);
  await database.pool.query("delete from app_public.chatbots where id = $1", [theirs.chatbotId]);
  const owner = await api.ask(stranger, REPLAY, {
    input: { conversationId: thread.conversationId, versionId: theirs.versionId },
  });
  assert.equal(owner.code, "PYNFD");
});

test("the transaction that reads can write nothing", async () => {
  await database.pool.query(`
    create function app_hidden.leave_a_trace() returns boolean language plpgsql security definer
      set search_path to pg_catalog, pg_temp as
    $$ begin update app_public.tenants set name = name || '!'; return true; end $$;
    grant execute on function app_hidden.leave_a_trace() to parley_visitor;
    create policy trace on app_public.conversations as restrictive for select to parley_visitor
      using (app_hidden.leave_a_trace())`);
  const refused = await replay(admin);
  assert.equal(refused.replayed ?? null, null, refused.text);
  const { rows } = await database.pool.query(
    "select count(*)::int as n from app_public.tenants where name like '%!'",
  );
  assert.equal(rows[0].n, 0);
  await database.pool.query(
    "drop policy trace on app_public.conversations; drop function app_hidden.leave_a_trace()",
  );
});

test("a thousand messages are replayed within a request", async () => {
  const long = await aConversation(database.pool, workspace);
  await database.pool.query(
    `insert into app_public.messages
       (tenant_id, id, conversation_id, direction, author, type, content, preview, created_at, occurred_at)
     select $1, app_hidden.uuid_v7(), $2, 'inbound', 'contact', 'text', jsonb_build_object('body', 'message ' || n), '',
       now() - interval '1 day' + n * interval '20 seconds', now()
     from generate_series(1, 1500) n`,
    [workspace.tenantId, long.conversationId],
  );
  const { replayed, text } = await replay(admin, { conversationId: long.conversationId });
  assert.deepEqual([replayed?.isCut, replayed?.turns.length], [true, 1000], text.slice(0, 500));
  assert.ok(replayed.differentTurns > 500, `${replayed.differentTurns} turns differ`);
});
