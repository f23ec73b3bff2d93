import assert from "node:assert/strict";
import type pg from "pg";
import { aWamid, conversationOf, hear, type Said, send } from "../../support/messages.ts";
import { claim, record } from "../../support/outbox.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();
const SECOND = 1_000;

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  return {
    conversationId: thread.conversationId,
    hear: (...said: Said[]) => hear(db, workspace, thread, ...said),
    send: (body: string) => send(db, thread.conversationId, body),
    /** The messages as lists show them, and the last one, which must be the end of the list. */
    async read(): Promise<string[]> {
      const { rows } = await db.query(
        "select id, preview from app_public.messages where conversation_id = $1 order by id",
        [thread.conversationId],
      );
      const { last_message_id, last_message_preview } = await conversationOf(db, thread.conversationId);
      assert.deepEqual([last_message_id, last_message_preview], [rows.at(-1).id, rows.at(-1).preview]);
      return rows.map(({ preview }) => preview);
    },
  };
}

/** The whole second that is `seconds` before now, as the provider's clock has it. */
function secondsAgo(seconds: number): Date {
  return new Date((Math.floor(Date.now() / SECOND) - seconds) * SECOND);
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1));

for (const ago of [0, 2, 60, 90 * 86_400]) {
  story(`messages of one second, ${ago} seconds ago: as the webhook has them`, async (db) => {
    const thread = await aThread(db);
    const at = secondsAgo(ago);
    await thread.hear(...numbers(12).map((preview) => ({ content: { body: preview }, at })));
    assert.deepEqual(await thread.read(), numbers(12));
  });

  story(`messages of one second, ${ago} seconds ago, in a webhook each: as they arrive`, async (db) => {
    const thread = await aThread(db);
    const at = secondsAgo(ago);
    for (const preview of numbers(12)) await thread.hear({ content: { body: preview }, at });
    assert.deepEqual(await thread.read(), numbers(12));
  });
}

story("a burst that straddles the three seconds stays in the order of its arrival", async (db) => {
  const thread = await aThread(db);
  const at = new Date(Date.now() - 2_800);
  await thread.hear({ content: { body: "1" }, at });
  await db.query("select pg_sleep(0.25)");
  await thread.hear({ content: { body: "2" }, at }, { content: { body: "3" }, at });
  await thread.hear({ content: { body: "4" }, at });
  assert.deepEqual(await thread.read(), numbers(4));
});

story("a delayed message is ordered by when it was sent, and is not the last message", async (db) => {
  const thread = await aThread(db);
  await thread.hear({ content: { body: "a minute ago" }, at: secondsAgo(60) });
  await thread.send("our answer");
  await thread.hear(
    { content: { body: "two minutes ago" }, at: secondsAgo(120) },
    { content: { body: "now" } },
  );
  await thread.hear({ content: { body: "half a minute ago" }, at: secondsAgo(30) });
  assert.deepEqual(await thread.read(), [
    "two minutes ago",
    "a minute ago",
    "half a minute ago",
    "our answer",
    "now",
  ]);
});

story("a message that waited here before it was stored is placed by its arrival", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const store = (preview: string, waited_ms: number) =>
    db.query("select app_private.store_messages($1, $2)", [
      JSON.stringify([{ ...rowOf(workspace, preview), waited_ms }]),
      [thread.conversationId],
    ]);
  await store("second", 0);
  await store("first", 500);
  const { rows } = await db.query("select preview from app_public.messages order by id");
  assert.deepEqual(
    rows.map(({ preview }) => preview),
    ["first", "second"],
  );
});

function rowOf({ tenantId, channelId }: { tenantId: string; channelId: string }, preview: string) {
  return {
    tenant_id: tenantId,
    channel_id: channelId,
    customer: 1,
    direction: "inbound",
    origin: "live",
    type: "text",
    content: { body: preview },
    provider_message_id: aWamid(),
    metadata: {},
    occurred_at: new Date().toISOString(),
  };
}

// The provider's clock beside ours, in seconds. A second of the provider's is whole: it may lie before the question.
for (const skew of [-30, -5, -1, 0, 1, 5, 30]) {
  story(`a tap never comes before its question, the provider's clock ${skew} seconds off`, async (db) => {
    const thread = await aThread(db);
    const wamid = aWamid();
    const message_id = await thread.send("Which one?");
    await claim(db);
    await record(db, { message_id, kind: "sent", provider_message_id: wamid });
    const at = secondsAgo(-skew);
    await thread.hear(
      {
        type: "interactive",
        content: { button_reply: { title: "this one" } },
        metadata: { context: { id: wamid } },
        at,
      },
      { content: { body: "and that" }, metadata: { context: { id: wamid } }, at },
    );
    await thread.send("Thank you.");
    assert.deepEqual(await thread.read(), ["Which one?", "this one", "and that", "Thank you."]);
  });

  story(`what follows a tap comes after it, the provider's clock ${skew} seconds off`, async (db) => {
    const thread = await aThread(db);
    const wamid = aWamid();
    const message_id = await thread.send("Which one?");
    await claim(db);
    await record(db, { message_id, kind: "sent", provider_message_id: wamid });
    const at = secondsAgo(-skew);
    const isAnswer = [true, true, true, false, false];
    for (const [n, quotes] of isAnswer.entries())
      await thread.hear({
        content: { body: String(n) },
        metadata: quotes ? { context: { id: wamid } } : {},
        at,
      });
    assert.deepEqual(await thread.read(), ["Which one?", "0", "1", "2", "3", "4"]);
  });
}

story("a message without a time, or of a time that no clock can mean, comes when it arrives", async (db) => {
  const thread = await aThread(db);
  await thread.send("one");
  await thread.hear({ content: { body: "two" }, at: new Date(Date.now() + 40 * 86_400_000) });
  await thread.send("three");
  assert.deepEqual(await thread.read(), ["one", "two", "three"]);
  const { rows } = await db.query(
    "select max(occurred_at) <= clock_timestamp() as is_clamped from app_public.messages",
  );
  assert.equal(rows[0].is_clamped, true);
});

story(
  "an imported past comes before the present, each chunk in its order, whichever comes first",
  async (db) => {
    const thread = await aThread(db);
    await thread.hear({ content: { body: "now" } });
    const past = (preview: string, days: number): Said => ({
      content: { body: preview },
      origin: "history",
      at: secondsAgo(days * 86_400),
    });
    await thread.hear(past("5", 2), past("6", 2), past("7", 1));
    await thread.hear(past("1", 9), past("2", 9), past("3", 9));
    await thread.hear(past("4", 9));
    assert.deepEqual(await thread.read(), ["1", "2", "3", "4", "5", "6", "7", "now"]);
  },
);
