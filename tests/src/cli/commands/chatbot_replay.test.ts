import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Replay } from "../../../../src/runner/replay/replay.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { hear } from "../../../support/messages.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../../support/people.ts";
import { anActiveChatbot } from "../../../support/support_bot.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
let workspace: Workspace;
let thread: Thread;
let chatbotId: string;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  workspace = await aWorkspace(database.pool);
  ({ chatbotId } = await anActiveChatbot(database.pool, workspace.tenantId));
  thread = await aConversation(database.pool, workspace);
  await hear(database.pool, workspace, thread, { content: { body: "hi" } });
});
after(() => database.drop());

const replaying = (conversationId: string, ...rest: string[]) => [
  ...["chatbot", "replay", chatbotId, "--tenant", workspace.slug, "--conversation", conversationId],
  ...rest,
];

test("the replies that a version would have sent", async () => {
  const result = await parley.json<Replay>(replaying(thread.conversationId, "--version", "1"));
  assert.equal(result.differentTurns, 1);
  assert.deepEqual(
    result.turns[0]?.wouldSay.map(({ preview }) => preview.split("\n")[0]),
    ["Welcome to the support line.", "What can we do for you?"],
  );
  const { stdout, code } = await parley(replaying(thread.conversationId));
  assert.equal(code, 0);
  assert.match(stdout, /▷ hi\n {2}\+ Welcome to the support line\.\n/);
  assert.match(stdout, /1 of 1 turns differ/);
});

test("an unknown conversation or version is an error", async () => {
  const other = await aConversation(database.pool, await aWorkspace(database.pool));
  assert.match(await parley.failure(replaying(other.conversationId)), /PYNFD/);
  assert.match(await parley.failure(replaying("nonsense")), /PY/);
  assert.match(await parley.failure(replaying(thread.conversationId, "--version", "9")), /PYNFD/);
  const ran = await parley(replaying(thread.conversationId, "--first", "0"));
  assert.notEqual(ran.code, 0);
});
