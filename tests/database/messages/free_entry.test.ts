import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear, send } from "../../support/messages.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();
const HOUR = 3_600_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR);
const AD = { referral: { source_type: "ad", source_id: "120" } };

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  return { workspace, thread: await aConversation(db, workspace, { isWindowOpen: false }) };
}

/** Hours until the window, the offer and free entry end, rounded; null for what there is not. */
async function clocksOf(db: pg.PoolClient, { conversationId }: Thread) {
  const row = await conversationOf(db, conversationId);
  return [row.window_expires_at, row.free_entry_offered_until, row.free_entry_until].map(
    (at: Date | null) => at && Math.round((at.getTime() - Date.now()) / HOUR),
  );
}

const click = (db: pg.PoolClient, workspace: Workspace, thread: Thread, at: Date) =>
  hear(db, workspace, thread, { metadata: AD, at });

story("a message from an advertisement opens the window for 24 hours, like any other", async (db) => {
  const { workspace, thread } = await aThread(db);
  await click(db, workspace, thread, hoursAgo(30));
  assert.deepEqual(await clocksOf(db, thread), [-6, -6, null]);
  assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYWIN");
});

story("the first answer within a day makes three days free, from the answer on", async (db) => {
  const { workspace, thread } = await aThread(db);
  await click(db, workspace, thread, hoursAgo(20));
  assert.deepEqual(await clocksOf(db, thread), [4, 4, null]);
  await send(db, thread.conversationId);
  assert.deepEqual(await clocksOf(db, thread), [4, null, 72]);
  const { free_entry_until: first } = await conversationOf(db, thread.conversationId);
  await send(db, thread.conversationId);
  assert.deepEqual((await conversationOf(db, thread.conversationId)).free_entry_until, first);
});

story("an answer a day later, though the window is open, comes too late", async (db) => {
  const { workspace, thread } = await aThread(db);
  await click(db, workspace, thread, hoursAgo(25));
  await hear(db, workspace, thread, {});
  await send(db, thread.conversationId);
  assert.deepEqual(await clocksOf(db, thread), [24, -1, null]);
});

story(
  "an answer from the phone app counts from when it was sent, however late it is reported",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    await click(db, workspace, thread, hoursAgo(30));
    await hear(db, workspace, thread, { origin: "echo", at: hoursAgo(10) });
    assert.deepEqual(await clocksOf(db, thread), [-6, null, 62]);
  },
);

story("a message sent before the click is not an answer to it", async (db) => {
  const { workspace, thread } = await aThread(db);
  await click(db, workspace, thread, hoursAgo(1));
  await hear(db, workspace, thread, { origin: "echo", at: hoursAgo(2) });
  assert.deepEqual(await clocksOf(db, thread), [23, 23, null]);
});

story("a further click is a further offer", async (db) => {
  const { workspace, thread } = await aThread(db);
  await click(db, workspace, thread, hoursAgo(50));
  await hear(db, workspace, thread, { origin: "echo", at: hoursAgo(40) });
  assert.deepEqual(await clocksOf(db, thread), [-26, null, 32]);
  await click(db, workspace, thread, hoursAgo(1));
  await send(db, thread.conversationId);
  assert.deepEqual(await clocksOf(db, thread), [23, null, 72]);
});

story("an empty referral opens no free window", async (db) => {
  const { workspace, thread } = await aThread(db);
  await hear(db, workspace, thread, { metadata: { referral: null } });
  assert.deepEqual(await clocksOf(db, thread), [24, null, null]);
});
