import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, startApi, tokenOf } from "./support/api.ts";
import { settle, subscribe } from "./support/websocket.ts";

let database: TestDatabase;
/** Two processes. */
let api: Api;
let otherApi: Api;
let workspace: Workspace;
let ann: Person;
let ben: Person;
before(async () => {
  database = await createTestDatabase();
  [api, otherApi] = await Promise.all([startApi(database), startApi(database)]);
  workspace = await aWorkspace(database.pool);
  ann = await aPerson(database.pool, workspace.tenantId, "agent");
  ben = await aPerson(database.pool, workspace.tenantId, "viewer");
});
after(async () => {
  await Promise.all([api.close(), otherApi.close()]);
  await database.drop();
});

const PRESENCE = `subscription ($id: UUID!) {
  presenceChanged(conversationId: $id) { state expiresAt membership { user { id name } } }
}`;
const SHOW = `mutation ($id: UUID!, $state: PresenceState!) {
  showPresence(input: { conversationId: $id, state: $state }) { presence { state } }
}`;
const END = "mutation ($id: UUID!) { endPresence(input: { conversationId: $id }) { ended } }";

test("colleagues are notified who looks at a conversation or types in it, whichever process they are connected to", async () => {
  const { conversationId: id } = await aConversation(database.pool, workspace);
  const { conversationId: elsewhere } = await aConversation(database.pool, workspace);
  const listener = await subscribe(otherApi, tokenOf(ben), PRESENCE, { id });
  const shown = () =>
    listener.events
      .at(-1)
      .data.presenceChanged.map(
        (each: { state: string; membership: { user: { id: string } } }) =>
          `${each.membership.user.id} ${each.state}`,
      )
      .sort();
  await api.ask(ann, SHOW, { id: elsewhere, state: "viewing" });
  const { data } = await api.ask(ann, SHOW, { id, state: "viewing" });
  assert.equal(data.showPresence.presence.state, "viewing");
  await listener.received(1);
  assert.deepEqual(shown(), [`${ann.userId} viewing`]);

  await api.ask(ann, SHOW, { id, state: "typing" });
  await listener.received(2);
  assert.deepEqual(shown(), [`${ann.userId} typing`]);

  await api.ask(ben, SHOW, { id, state: "viewing" });
  await listener.received(3);
  assert.deepEqual(shown(), [`${ann.userId} typing`, `${ben.userId} viewing`].sort());

  // One that repeats itself too early is not reported.
  await api.ask(ben, SHOW, { id, state: "viewing" });
  assert.equal((await api.ask(ann, END, { id })).data.endPresence.ended, true);
  await listener.received(4);
  assert.deepEqual(shown(), [`${ben.userId} viewing`]);
  await api.ask(ben, END, { id });
  await listener.received(5);
  assert.deepEqual(shown(), []);
  await settle();
  assert.equal(listener.events.length, 5);
  await listener.stop();
});

test("who opens a conversation sees who is there", async () => {
  const { conversationId: id } = await aConversation(database.pool, workspace);
  await api.ask(ann, SHOW, { id, state: "typing" });
  const { data } = await otherApi.ask(
    ben,
    "query ($id: UUID!) { conversation(id: $id) { presences { nodes { userId state } } } }",
    { id },
  );
  assert.deepEqual(data.conversation.presences.nodes, [{ userId: ann.userId, state: "typing" }]);
});
