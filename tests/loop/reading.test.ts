import { after, before, test } from "node:test";
import { type Api, startApi } from "../api/support/api.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson } from "../support/people.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
let api: Api;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
  api = await startApi(database);
});
after(async () => {
  await api.close();
  await program.stop();
  await database.drop();
});

test("an agent reads: blue ticks on the customer's phone; types: the customer sees it", async () => {
  const workspace = await program.connectedWorkspace();
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const phone = program.sandbox.customer({ phone: "15557654321" }, workspace.phoneNumberId);
  await phone.say("Is anybody there?");
  const id = await until("the conversation", async () => {
    const { data } = await api.ask(agent, "{ conversations { nodes { id unreadCount } } }");
    return data.conversations.nodes.find(({ unreadCount }: { unreadCount: number }) => unreadCount === 1)?.id;
  });
  const isReadByUs = () => phone.messages[0]?.status === "read";

  await api.ask(
    agent,
    "mutation ($id: UUID!) { markConversationRead(input: { conversationId: $id }) { conversation { id } } }",
    { id },
  );
  await until("blue ticks", isReadByUs);
  await api.ask(
    agent,
    "mutation ($id: UUID!) { showTyping(input: { conversationId: $id }) { conversation { id } } }",
    { id },
  );
  await until("the typing indicator", () => phone.chat.typingUntil > Date.now());
});
