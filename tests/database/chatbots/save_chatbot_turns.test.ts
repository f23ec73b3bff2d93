import assert from "node:assert/strict";
import type pg from "pg";
import { hear } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const RUN = "0190f0e0-0000-7000-8000-000000000001";
const NEXT_RUN = "0190f0e0-0000-7000-8000-000000000002";

type Turn = {
  events?: string[];
  contexts?: object[];
  replies?: object[];
  timers?: object[];
  calls?: object[];
  handoffs?: object[];
  changes?: object[];
};

function save(db: pg.PoolClient, turn: Turn) {
  const {
    events = [],
    contexts = [],
    replies = [],
    timers = [],
    calls = [],
    handoffs = [],
    changes = [],
  } = turn;
  return db.query("select app_private.save_chatbot_turns($1, $2, $3, $4, $5, $6, $7)", [
    events,
    ...[contexts, replies, timers, calls, handoffs, changes].map((rows) => JSON.stringify(rows)),
  ]);
}

async function aTurn(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const { versionId } = await anActiveChatbot(db, workspace.tenantId);
  const thread = await aConversation(db, workspace);
  await hear(db, workspace, thread, {});
  const { rows } = await db.query("select id from app_private.chatbot_events");
  const run = (id: string, status: string, rest: object = {}) => ({
    id,
    conversation_id: thread.conversationId,
    version_id: versionId,
    status,
    current_node_id: "main-menu",
    variables: { name: "Ann" },
    node_history: [],
    node_outputs: {},
    state: {},
    started_at: new Date().toISOString(),
    completion_reason: status === "waiting" ? null : "flow_completed",
    ...rest,
  });
  const reply = (body: string) => ({
    conversation_id: thread.conversationId,
    type: "text",
    content: { body },
    metadata: { context_id: RUN },
  });
  return { workspace, thread, run, reply, events: rows.map(({ id }) => id) };
}

const jobs = async (db: pg.PoolClient, task: string) =>
  (
    await db.query(
      "select key, run_at > now() + interval '30 seconds' as is_later from graphile_worker.jobs where task_identifier = $1",
      [task],
    )
  ).rows;

story("a turn takes its events, stores its run, and its replies go out in order", async (db) => {
  const { run, reply, events } = await aTurn(db);
  await save(db, { events, contexts: [run(RUN, "waiting")], replies: [reply("1"), reply("2"), reply("3")] });
  assert.equal((await db.query("select from app_private.chatbot_events")).rowCount, 0);
  const { rows } = await db.query(
    "select author, preview from app_public.messages where direction = 'outbound' order by id",
  );
  assert.deepEqual(
    rows.map(({ author, preview }) => `${author} ${preview}`),
    ["chatbot 1", "chatbot 2", "chatbot 3"],
  );
  const contexts = await db.query(
    "select status, is_active, variables from app_public.conversation_contexts",
  );
  assert.deepEqual(contexts.rows, [{ status: "waiting", is_active: true, variables: { name: "Ann" } }]);
});

story(
  "a run that ends makes room for the next one in the same turn; two active ones cannot be",
  async (db) => {
    const { run } = await aTurn(db);
    await save(db, { contexts: [run(RUN, "waiting")] });
    assert.equal(await refusal(db, () => save(db, { contexts: [run(NEXT_RUN, "waiting")] })), "23505");
    await save(db, { contexts: [run(RUN, "completed"), run(NEXT_RUN, "waiting")] });
    const { rows } = await db.query(
      "select id, is_active, completed_at is not null as has_ended from app_public.conversation_contexts order by id",
    );
    assert.deepEqual(rows, [
      { id: RUN, is_active: false, has_ended: true },
      { id: NEXT_RUN, is_active: true, has_ended: false },
    ]);
  },
);

story(
  "a reply that the rules refuse causes the whole turn to be refused: no part of it is saved",
  async (db) => {
    const { run, reply, events } = await aTurn(db);
    await db.query("update app_public.conversations set window_expires_at = now()");
    const turn = () => save(db, { events, contexts: [run(RUN, "waiting")], replies: [reply("late")] });
    assert.equal(await refusal(db, turn), "PYWIN");
    assert.equal((await db.query("select from app_private.chatbot_events")).rowCount, 1);
  },
);

story("a timer is set once a run, moved, and cleared", async (db) => {
  const { run } = await aTurn(db);
  const timer = (minutes: number) => [{ context_id: RUN, run_at: new Date(Date.now() + minutes * 60_000) }];
  await save(db, { contexts: [run(RUN, "waiting")], timers: timer(1) });
  await save(db, { timers: timer(2) });
  assert.deepEqual(await jobs(db, "ring_chatbot_timer"), [
    { key: `ring_chatbot_timer:${RUN}`, is_later: true },
  ]);
  await save(db, { timers: [{ context_id: RUN, run_at: null }] });
  assert.deepEqual(await jobs(db, "ring_chatbot_timer"), []);
});

story("a call to the outside is a job, made when the run is stored", async (db) => {
  const { run } = await aTurn(db);
  await save(db, {
    contexts: [run(RUN, "waiting", { waiting: { kind: "http" } })],
    calls: [{ context_id: RUN }],
  });
  assert.deepEqual(await jobs(db, "call_for_chatbot"), [{ key: null, is_later: false }]);
});

story("a conversation can be handed only to a member of its tenant", async (db) => {
  const { workspace, thread } = await aTurn(db);
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "agent");
  const agent = await aPerson(db, workspace.tenantId, "agent");
  const hand = (user_id: string) =>
    save(db, { handoffs: [{ conversation_id: thread.conversationId, user_id }] });
  const assignee = async () =>
    (await db.query("select assignee_id from app_public.conversations")).rows[0].assignee_id;
  await hand(stranger.userId);
  assert.equal(await assignee(), null);
  await hand(agent.userId);
  assert.equal(await assignee(), agent.userId);
});

story(
  "what a chatbot learns of a contact is stored: known fields in place, others as metadata, never the phone",
  async (db) => {
    const { thread } = await aTurn(db);
    const change = {
      fields: { name: "Ann Lee", email: "ann@example.com", language: "pt-BR", phone: "+1", city: "Rome" },
    };
    await save(db, { changes: [{ contact_id: thread.contactId, change }] });
    const { rows } = await db.query("select name, email, language, phone, metadata from app_public.contacts");
    assert.deepEqual(rows, [
      {
        name: "Ann Lee",
        email: "ann@example.com",
        language: "pt-BR",
        phone: thread.phone,
        metadata: { city: "Rome" },
      },
    ]);
  },
);

story("signed-in users can read runs but not write them; what a run waits for is not shown", async (db) => {
  const { workspace, run } = await aTurn(db);
  await save(db, { contexts: [run(RUN, "waiting", { waiting: { kind: "http", token: "s3cret" } })] });
  await become(db, await aPerson(db, workspace.tenantId, "owner"));
  assert.equal(
    (await db.query("select status, variables from app_public.conversation_contexts")).rowCount,
    1,
  );
  for (const column of ["waiting", "state"])
    assert.equal(
      await refusal(db, () => db.query(`select ${column} from app_public.conversation_contexts`)),
      "42501",
    );
  assert.equal(
    await refusal(db, () => db.query("update app_public.conversation_contexts set status = 'failed'")),
    "42501",
  );
});
