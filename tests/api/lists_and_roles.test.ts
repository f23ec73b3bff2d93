import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  type Person,
  type Role,
  type Workspace,
} from "../support/people.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { type Api, borrowApi } from "./support/api.ts";

/** Lists, searches and roles, as a console uses them. */

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let people: { [role in Role]: Person };
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  const person = (role: Role) => aPerson(database.pool, workspace.tenantId, role);
  people = {
    owner: await person("owner"),
    admin: await person("admin"),
    agent: await person("agent"),
    viewer: await person("viewer"),
  };
});

test("a list of messages begins with the newest, and a cursor continues where it ended", async () => {
  const thread = await aConversation(database.pool, workspace);
  const said = Array.from({ length: 60 }, (_, at) => ({
    content: { body: `m${at}` },
    at: new Date(Date.now() - (60 - at) * 60_000),
  }));
  await hear(database.pool, workspace, thread, ...said);
  const LIST = `query ($id: UUID!, $after: Cursor) {
    conversation(id: $id) {
      messages(first: 50, after: $after, orderBy: PRIMARY_KEY_DESC) { nodes { preview } pageInfo { endCursor } }
    }
  }`;
  const page = async (after?: string) =>
    (await api.ask(people.viewer, LIST, { id: thread.conversationId, after })).data.conversation.messages;
  const first = await page();
  const second = await page(first.pageInfo.endCursor);
  const previews = [...first.nodes, ...second.nodes].map(({ preview }: { preview: string }) => preview);
  assert.deepEqual(previews, said.map(({ content }) => content.body).reverse());
});

test("one chatbot is active after concurrent activations, and it can be deactivated", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const admin = await aPerson(database.pool, tenantId, "admin");
  const bots = [
    await anActiveChatbot(database.pool, tenantId),
    await anActiveChatbot(database.pool, tenantId),
    await anActiveChatbot(database.pool, tenantId),
  ];
  const ACTIVATE = "mutation ($id: UUID!) { activateVersion(input: {versionId: $id}) { chatbot { id } } }";
  const answers = await Promise.all(
    [...bots, ...bots].map(({ versionId }) => api.ask(admin, ACTIVATE, { id: versionId })),
  );
  assert.ok(answers.every(({ errors }) => errors.length === 0));
  const active = async () => {
    const { rows } = await database.pool.query(
      "select id from app_public.chatbots where tenant_id = $1 and status = 'active'",
      [tenantId],
    );
    return rows.map(({ id }) => id as string);
  };
  const [only = "", ...others] = await active();
  assert.deepEqual(others, []);
  const REST = "mutation ($id: UUID!) { deactivateChatbot(input: {chatbotId: $id}) { chatbot { status } } }";
  assert.equal((await api.ask(admin, REST, { id: only })).data.deactivateChatbot.chatbot.status, "draft");
  assert.deepEqual(await active(), []);
});

test("members, chatbots and settings require a role that allows it", async () => {
  const { chatbotId, versionId } = await anActiveChatbot(database.pool, workspace.tenantId);
  const onlyAdmins = {
    inviteUser: `mutation { inviteUser(input: {email: "x@example.com", name: "X", role: agent}) { clientMutationId } }`,
    saveChatbot: `mutation { saveChatbot(input: {id: "${chatbotId}", name: "Ours now"}) { clientMutationId } }`,
    publishChatbot: `mutation { publishChatbot(input: {chatbotId: "${chatbotId}"}) { clientMutationId } }`,
    activateVersion: `mutation { activateVersion(input: {versionId: "${versionId}"}) { clientMutationId } }`,
    deactivateChatbot: `mutation { deactivateChatbot(input: {chatbotId: "${chatbotId}"}) { clientMutationId } }`,
    createDataSource: `mutation { createDataSource(input: {dataSource: {name: "S", baseUrl: "https://x.example"}}) { clientMutationId } }`,
  };
  for (const [name, mutation] of Object.entries(onlyAdmins)) {
    for (const role of ["viewer", "agent"] as const)
      assert.equal((await api.ask(people[role], mutation)).code, "PYDEN", `${name} by a ${role}`);
    const { errors } = await api.ask(people.admin, mutation);
    assert.deepEqual(errors, [], name);
  }
});

test("migrations alone make every table", async () => {
  // The database of this test is a clone of one that was empty, and migrated.
  const tables = [
    ...["users", "memberships", "tenants", "channels", "contacts", "contact_identities", "conversations"],
    ...["conversation_participants", "messages", "message_statuses", "templates", "chatbots"],
    ...[
      "chatbot_versions",
      "conversation_contexts",
      "whatsapp_flows",
      "data_sources",
      "data_source_connections",
    ],
  ];
  for (const table of tables) {
    const { rows } = await database.pool.query("select to_regclass($1) is not null as exists", [
      `app_public.${table}`,
    ]);
    assert.ok(rows[0].exists, table);
  }
});

test("chatbots are found regardless of case, and runs by each of their states", async () => {
  const { chatbotId, versionId } = await anActiveChatbot(database.pool, workspace.tenantId);
  await database.pool.query("update app_public.chatbots set name = 'Élan Support' where id = $1", [
    chatbotId,
  ]);
  const SEARCH = `query ($word: String!) { chatbots(filter: {name: {includesInsensitive: $word}}) { nodes { id } } }`;
  for (const word of ["SUPPORT", "élan"]) {
    const { data } = await api.ask(people.viewer, SEARCH, { word });
    assert.deepEqual(data.chatbots.nodes, [{ id: chatbotId }], word);
  }
  const states = ["running", "waiting", "completed", "expired", "stopped", "failed"];
  for (const status of states) {
    const { conversationId } = await aConversation(database.pool, workspace);
    await database.pool.query(
      `insert into app_public.conversation_contexts
         (tenant_id, conversation_id, chatbot_id, version_id, status, completion_reason, completed_at)
       select $1, $2, $3, $4, $5, case when not u.is_under_way then 'test' end, case when not u.is_under_way then now() end
       from (select $5::app_public.run_status in ('running', 'waiting') as is_under_way) u`,
      [workspace.tenantId, conversationId, chatbotId, versionId, status],
    );
  }
  for (const status of states) {
    const { data, text } = await api.ask(
      people.viewer,
      `{ chatbot(id: "${chatbotId}") { conversationContexts(filter: {status: {equalTo: ${status}}}) { nodes { status } } } }`,
    );
    assert.deepEqual(data?.chatbot.conversationContexts.nodes, [{ status }], text);
  }
});
