import assert from "node:assert/strict";
import type pg from "pg";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const show = (db: pg.PoolClient, conversationId: string, state = "viewing") =>
  db.query("select state, expires_at from app_public.show_presence($1, $2)", [conversationId, state]);
const presences = async (db: pg.PoolClient): Promise<string[]> => {
  const { rows } = await db.query("select state from app_public.presences order by state");
  return rows.map(({ state }) => state);
};
/** As if so many seconds had passed since all presences were shown. */
async function secondsPass(db: pg.PoolClient, seconds: number): Promise<void> {
  await becomeOwner(db);
  await db.query("update app_public.presences set expires_at = expires_at - make_interval(secs => $1)", [
    seconds,
  ]);
}

story("colleagues see who is in a conversation and what they do, for 30 seconds", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const [ann, ben] = [
    await aPerson(db, workspace.tenantId, "agent"),
    await aPerson(db, workspace.tenantId, "viewer"),
  ];
  await become(db, ann);
  await show(db, conversationId, "typing");
  await become(db, ben);
  await show(db, conversationId);
  assert.deepEqual(await presences(db), ["viewing", "typing"]);
  await secondsPass(db, 31);
  await become(db, ben);
  assert.deepEqual(await presences(db), []);
});

story(
  "showing a state again renews it, but not within five seconds; another state is shown at once",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    const ann = await aPerson(db, workspace.tenantId, "agent");
    await become(db, ann);
    const expiry = async (state?: string) =>
      (await show(db, conversationId, state)).rows[0].expires_at.getTime();
    const first = await expiry();
    await secondsPass(db, 4);
    await become(db, ann);
    assert.equal(await expiry(), first - 4_000, "nothing changes");
    assert.equal(await expiry("typing"), first, "another state");
    await secondsPass(db, 20);
    await become(db, ann);
    assert.equal(await expiry("typing"), first, "renewed");
  },
);

story("ending a presence ends one's own only", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const [ann, ben] = [
    await aPerson(db, workspace.tenantId, "agent"),
    await aPerson(db, workspace.tenantId, "agent"),
  ];
  await become(db, ann);
  await show(db, conversationId);
  await become(db, ben);
  const end = async () =>
    (await db.query("select app_public.end_presence($1) as ended", [conversationId])).rows[0].ended;
  assert.equal(await end(), false);
  assert.deepEqual(await presences(db), ["viewing"]);
  await become(db, ann);
  assert.equal(await end(), true);
  assert.deepEqual(await presences(db), []);
});

story("another tenant's conversation is not found, and its presences are not seen", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "owner");
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  await show(db, conversationId);
  await become(db, stranger);
  assert.equal(await refusal(db, () => show(db, conversationId)), "PYNFD");
  assert.deepEqual(await presences(db), []);
});

story("a user is shown in ten conversations at once", async (db) => {
  const workspace = await aWorkspace(db);
  const conversations: string[] = [];
  for (let n = 0; n < 11; n += 1) conversations.push((await aConversation(db, workspace)).conversationId);
  const ann = await aPerson(db, workspace.tenantId, "agent");
  await become(db, ann);
  for (const id of conversations.slice(0, 10)) await show(db, id);
  assert.equal(await refusal(db, () => show(db, conversations[10]!)), "PYLIM");
  await show(db, conversations[0]!, "typing");
  await secondsPass(db, 31);
  await become(db, ann);
  await show(db, conversations[10]!);
  assert.deepEqual(await presences(db), ["viewing"]);
});
