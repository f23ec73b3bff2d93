import assert from "node:assert/strict";
import type pg from "pg";
import { aWamid, hear, send } from "../../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  becomeOwner,
  type Person,
  type Thread,
  type Workspace,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

type World = {
  workspace: Workspace;
  thread: Thread;
  ann: Person;
  ben: Person;
  sales: string;
  support: string;
};

async function aWorld(db: pg.PoolClient): Promise<World> {
  const workspace = await aWorkspace(db);
  const team = async (name: string) =>
    (
      await db.query("insert into app_public.teams (tenant_id, name) values ($1, $2) returning id", [
        workspace.tenantId,
        name,
      ])
    ).rows[0].id as string;
  return {
    workspace,
    thread: await aConversation(db, workspace),
    ann: await aPerson(db, workspace.tenantId, "agent"),
    ben: await aPerson(db, workspace.tenantId, "agent"),
    sales: await team("Sales"),
    support: await team("Support"),
  };
}

const set = (db: pg.PoolClient, { conversationId }: Thread, change: string, ...values: unknown[]) =>
  db.query(`update app_public.conversations set ${change} where id = $1`, [conversationId, ...values]);

/** Moves the handover, and what followed it, into the past. */
async function pass(db: pg.PoolClient, { conversationId }: Thread, seconds: number): Promise<void> {
  await db.query(
    `update app_public.conversations set handed_over_at = handed_over_at - $2 * interval '1 second' where id = $1`,
    [conversationId, seconds],
  );
  await db.query(
    `update app_public.handoffs set first_response_at = first_response_at - $2 * interval '1 second'
     where conversation_id = $1 and resolved_at is null`,
    [conversationId, seconds],
  );
}

async function answer(db: pg.PoolClient, person: Person, thread: Thread): Promise<void> {
  await become(db, person);
  await send(db, thread.conversationId);
  await becomeOwner(db);
}

async function handoffs(db: pg.PoolClient, { conversationId }: Thread) {
  const { rows } = await db.query(
    `select h.*, floor(extract(epoch from h.first_response_at - h.handed_over_at))::int as response
     from app_public.handoffs h where h.conversation_id = $1 order by h.id`,
    [conversationId],
  );
  return rows;
}

async function figures(db: pg.PoolClient, { tenantId }: Workspace, by: string) {
  const { rows } = await db.query(
    `select f.* from app_public.tenants t cross join lateral app_public.tenants_handoff_figures(t, by => $2) f where t.id = $1`,
    [tenantId, by],
  );
  return rows;
}

story(
  "the agent who answers has the response, with the team of that moment; who closes has the resolution",
  async (db) => {
    const { workspace, thread, ann, ben, sales, support } = await aWorld(db);
    await hear(db, workspace, thread, {});
    // An answer before the handover is none.
    await answer(db, ben, thread);
    await set(db, thread, "team_id = $2, assignee_id = $3", sales, ann.userId);
    await pass(db, thread, 60);
    // Ben answers although Ann has it; then it goes to Support.
    await answer(db, ben, thread);
    await answer(db, ann, thread);
    await set(db, thread, "team_id = $2, assignee_id = null", support);
    await pass(db, thread, 40);
    await become(db, ann);
    await db.query("select app_public.close_conversation($1)", [thread.conversationId]);
    await becomeOwner(db);

    const [handoff, ...others] = await handoffs(db, thread);
    assert.equal(others.length, 0);
    assert.equal(handoff.response, 60);
    assert.deepEqual(
      [handoff.team_id, handoff.assignee_id, handoff.first_response_user_id, handoff.first_response_team_id],
      [support, null, ben.userId, sales],
    );
    assert.deepEqual([handoff.resolved_by_id, handoff.outcome], [ann.userId, "closed"]);

    const byUser = await figures(db, workspace, "{user}");
    const of = (person: Person) => byUser.find(({ user_id }) => user_id === person.userId);
    assert.deepEqual(
      [of(ben).responses, Math.floor(of(ben).median_response_seconds), of(ben).resolutions],
      [1, 60, 0],
    );
    assert.deepEqual(
      [of(ann).responses, of(ann).resolutions, Math.floor(of(ann).p90_resolution_seconds)],
      [0, 1, 100],
    );
    const byTeam = await figures(db, workspace, "{team}");
    const ofTeam = (id: string) => byTeam.find(({ team_id }) => team_id === id);
    assert.deepEqual([ofTeam(sales).responses, ofTeam(sales).resolutions], [1, 0]);
    assert.deepEqual([ofTeam(support).handoffs, ofTeam(support).resolutions], [1, 1]);
  },
);

story("a chatbot's answer is no response; one of the phone app is one, of no user", async (db) => {
  const { workspace, thread, ann } = await aWorld(db);
  await set(db, thread, "assignee_id = $2", ann.userId);
  await db.query(
    `insert into app_public.messages (conversation_id, author, type, content) values ($1, 'chatbot', 'text', '{"body": "Soon"}')`,
    [thread.conversationId],
  );
  await hear(db, workspace, thread, {});
  assert.equal((await handoffs(db, thread))[0].first_response_at, null);
  await hear(db, workspace, thread, { origin: "echo", at: new Date(Math.floor(Date.now() / 1_000) * 1_000) });
  const [handoff] = await handoffs(db, thread);
  assert.equal(handoff.response, 0);
  assert.equal(handoff.first_response_user_id, null);
  assert.deepEqual(
    (await figures(db, workspace, "{}")).map(({ responses }) => responses),
    [1],
  );
});

story(
  "answers from the phone app count when they were written, in whatever order they are reported",
  async (db) => {
    const minutesAgo = (minutes: number) => ({
      origin: "echo" as const,
      at: new Date(Math.floor(Date.now() / 1_000 - minutes * 60) * 1_000),
    });
    const { workspace, thread, ann } = await aWorld(db);
    await set(db, thread, "assignee_id = $2", ann.userId);
    await pass(db, thread, 10 * 60);
    const [before, first, second, third] = [12, 7, 5, 3].map(minutesAgo);
    const firstResponse = async () => (await handoffs(db, thread))[0].first_response_at;
    await hear(db, workspace, thread, before!, third!);
    assert.deepEqual(await firstResponse(), third!.at);
    await hear(db, workspace, thread, second!);
    assert.deepEqual(await firstResponse(), second!.at);
    await set(db, thread, "status = 'closed'");
    await hear(db, workspace, thread, first!, third!);
    assert.deepEqual(await firstResponse(), first!.at);
  },
);

story("an echo that turns out to be the chatbot's message is no response", async (db) => {
  const { workspace, thread, ann } = await aWorld(db);
  await set(db, thread, "assignee_id = $2", ann.userId);
  const wamid = aWamid();
  await hear(db, workspace, thread, { origin: "echo", wamid });
  const { rows } = await db.query(
    `insert into app_public.messages (conversation_id, author, type, content)
     values ($1, 'chatbot', 'text', '{"body": "Soon"}') returning id`,
    [thread.conversationId],
  );
  await db.query(
    "select app_private.remove_echoes(array[$1::uuid], array[app_private.provider_id_hash($2, $3)])",
    [rows[0].id, workspace.channelId, wamid],
  );
  assert.equal((await handoffs(db, thread))[0].first_response_at, null);
});

story("when contacts are merged, a response in either conversation is one to the handoff", async (db) => {
  const { workspace, thread: kept, ann, ben } = await aWorld(db);
  const merged = await aConversation(db, workspace);
  for (const thread of [kept, merged]) await set(db, thread, "assignee_id = $2", ann.userId);
  await answer(db, ben, merged);
  await db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);
  const open = (await handoffs(db, kept)).filter(({ resolved_at }) => resolved_at === null);
  assert.deepEqual(
    open.map(({ first_response_user_id }) => first_response_user_id),
    [ben.userId],
  );
});

story("given back to the chatbot, closed by a rule, reopened: one handoff each", async (db) => {
  const { workspace, thread, ann, sales } = await aWorld(db);
  await set(db, thread, "assignee_id = $2", ann.userId);
  await set(db, thread, "assignee_id = null");
  await set(db, thread, "team_id = $2", sales);
  await set(db, thread, "status = 'closed'");
  await hear(db, workspace, thread, {});
  const found = await handoffs(db, thread);
  assert.deepEqual(
    found
      .slice(0, 2)
      .map(({ outcome, team_id, assignee_id, resolved_by_id }) => [
        outcome,
        team_id,
        assignee_id,
        resolved_by_id,
      ]),
    [
      ["returned", null, ann.userId, null],
      ["closed", sales, null, null],
    ],
  );
  const { rows } = await db.query(
    "select status, handed_over_at from app_public.conversations where id = $1",
    [thread.conversationId],
  );
  assert.equal(rows[0].status, "open");
  assert.equal(
    found.filter(({ resolved_at }) => resolved_at === null).length,
    rows[0].handed_over_at ? 1 : 0,
  );
  // Without a user who closed it, the assignee has the resolution.
  assert.equal(
    (await figures(db, workspace, "{user}")).find(({ user_id }) => user_id === ann.userId).resolutions,
    1,
  );
});

story(
  "when contacts are merged, the kept conversation has the handoffs of both, and one that is open",
  async (db) => {
    for (const [keptIsHandedOver, mergedIsHandedOver] of [
      [true, true],
      [false, true],
      [true, false],
      [false, false],
    ]) {
      const { workspace, thread: kept, ann, ben } = await aWorld(db);
      const merged = await aConversation(db, workspace);
      for (const thread of [kept, merged]) {
        await set(db, thread, "assignee_id = $2", ben.userId);
        await set(db, thread, "assignee_id = null");
      }
      if (keptIsHandedOver) await set(db, kept, "assignee_id = $2", ann.userId);
      if (mergedIsHandedOver) await set(db, merged, "assignee_id = $2", ben.userId);
      await db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);
      const found = await handoffs(db, kept);
      const open = found.filter(({ resolved_at }) => resolved_at === null);
      assert.equal(open.length, keptIsHandedOver || mergedIsHandedOver ? 1 : 0);
      assert.equal(found.length, 2 + Number(keptIsHandedOver) + Number(mergedIsHandedOver));
      assert.ok(found.every(({ first_response_at }) => first_response_at === null));
      assert.equal(
        found.filter(({ outcome }) => outcome === "merged").length,
        keptIsHandedOver && mergedIsHandedOver ? 1 : 0,
      );
      const { rows } = await db.query(
        "select assignee_id, handed_over_at from app_public.conversations where id = $1",
        [kept.conversationId],
      );
      assert.deepEqual(
        open.map(({ assignee_id }) => assignee_id),
        rows[0].handed_over_at ? [rows[0].assignee_id] : [],
      );
    }
  },
);

story("who waits now: by team and assignee, and those who are in no one's hands", async (db) => {
  const { workspace, thread, ann, sales } = await aWorld(db);
  const { tenantId } = workspace;
  const [unanswered, snoozed, answered] = [
    await aConversation(db, workspace),
    await aConversation(db, workspace),
    await aConversation(db, workspace),
  ];
  for (const each of [thread, unanswered, snoozed, answered]) await hear(db, workspace, each, {});
  for (const each of [thread, snoozed, answered])
    await set(db, each, "team_id = $2, assignee_id = $3", sales, ann.userId);
  await set(db, snoozed, "snoozed_until = 'infinity'");
  await answer(db, ann, answered);
  await become(db, ann);
  const { rows } = await db.query(
    "select f.* from app_public.tenants t cross join lateral app_public.tenants_waiting_figures(t) f where t.id = $1",
    [tenantId],
  );
  assert.deepEqual(
    rows.map(({ is_handed_over, team_id, user_id, conversations, waiting }) => [
      is_handed_over,
      team_id,
      user_id,
      conversations,
      waiting,
    ]),
    [
      [true, sales, ann.userId, 3, 1],
      [false, null, null, 1, 1],
    ],
  );
  const { rows: states } = await db.query(
    "select f.* from app_public.tenants t cross join lateral app_public.tenants_conversation_figures(t) f where t.id = $1",
    [tenantId],
  );
  assert.deepEqual(
    states.map(({ status, conversations, active_last_hour }) => [status, conversations, active_last_hour]),
    [["open", 4, 4]],
  );
});

story("messages of a conversation and of a contact are counted, notes are not", async (db) => {
  const { workspace, thread, ann } = await aWorld(db);
  await hear(db, workspace, thread, { at: new Date("2026-03-01T10:00:00Z"), origin: "history" }, {});
  await answer(db, ann, thread);
  await db.query(
    `insert into app_public.messages (conversation_id, direction, author, type, content) values ($1, 'internal', 'user', 'note', '{"body": "VIP"}')`,
    [thread.conversationId],
  );
  await become(db, ann);
  const { rows } = await db.query(
    `select f.inbound, f.outbound, f.first_message_at = '2026-03-01 10:00Z' as is_first, g = f as is_same
     from app_public.conversations c
     join app_public.contacts p on p.id = c.contact_id
     cross join lateral app_public.conversations_message_figures(c) f
     cross join lateral app_public.contacts_message_figures(p) g
     where c.id = $1`,
    [thread.conversationId],
  );
  assert.deepEqual(rows, [{ inbound: 2, outbound: 1, is_first: true, is_same: true }]);
});
