import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { SUPPORT_BOT } from "../support/support_bot.ts";
import { type Api, borrowApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let admin: Person;
let agent: Person;
let stranger: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  const { tenantId } = await aWorkspace(database.pool);
  admin = await aPerson(database.pool, tenantId, "admin");
  agent = await aPerson(database.pool, tenantId, "agent");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "admin");
});

const SAVE = `mutation ($id: UUID, $name: String, $nodes: JSON, $edges: JSON) {
  saveChatbot(input: {id: $id, name: $name, nodes: $nodes, edges: $edges}) {
    chatbot { id name status } problems { code graphNodeId path severity }
  }
}`;
const PUBLISH = `mutation ($id: UUID!) {
  publishChatbot(input: {chatbotId: $id}) { chatbotVersion { id number } problems { code graphNodeId path severity } }
}`;
const ACTIVATE = `mutation ($id: UUID!, $running: RunningContexts) {
  activateVersion(input: {versionId: $id, runningContexts: $running}) { chatbot { id status activeVersionId } }
}`;

test("a draft is saved, published, and activated; a former version can be activated again", async () => {
  const saved = await api.ask(admin, SAVE, { name: "Support", ...SUPPORT_BOT });
  assert.equal(saved.errors.length, 0, saved.text);
  const { id } = saved.data.saveChatbot.chatbot;
  const first = await api.ask(admin, PUBLISH, { id });
  assert.equal(first.data?.publishChatbot.chatbotVersion.number, 1, first.text);
  const second = await api.ask(admin, PUBLISH, { id });
  for (const { data } of [second, first]) {
    const versionId = data.publishChatbot.chatbotVersion.id;
    const activated = await api.ask(admin, ACTIVATE, { id: versionId, running: "move" });
    assert.deepEqual(
      activated.data?.activateVersion.chatbot,
      { id, status: "active", activeVersionId: versionId },
      activated.text,
    );
  }
});

test("problems are returned as data; errors prevent publishing, and no other tenant sees the draft", async () => {
  const nodes = [
    { id: "start", type: "start", data: {} },
    { id: "call", type: "rest_api", data: {} },
  ];
  const edges = [{ source: "start", target: "call" }];
  const saved = await api.ask(admin, SAVE, { name: "Broken", nodes, edges });
  assert.equal(saved.errors.length, 0, saved.text);
  const { chatbot, problems } = saved.data.saveChatbot;
  const missing = problems.find(({ severity }: { severity: string }) => severity === "error");
  assert.deepEqual([missing?.graphNodeId, missing?.path], ["call", "data.apiUrl"], saved.text);
  const refused = await api.ask(admin, PUBLISH, { id: chatbot.id });
  assert.deepEqual(refused.data?.publishChatbot, { chatbotVersion: null, problems }, refused.text);
  const validate = "mutation ($id: UUID!) { validateChatbot(input: {chatbotId: $id}) { problems { code } } }";
  const validated = await api.ask(admin, validate, { id: chatbot.id });
  assert.equal(validated.data?.validateChatbot.problems.length, problems.length, validated.text);
  assert.equal((await api.ask(agent, validate, { id: chatbot.id })).code, "PYDEN");
  assert.equal((await api.ask(stranger, validate, { id: chatbot.id })).code, "PYNFD");
  assert.equal((await api.ask(stranger, SAVE, { id: chatbot.id, name: "Mine" })).code, "PYNFD");
  assert.equal((await api.ask(agent, SAVE, { name: "Mine", nodes, edges })).code, "PYDEN");
});

test("a save that expects what is no longer there is refused, and says when the draft was changed", async () => {
  const save = `mutation ($id: UUID!, $name: String!, $seen: Datetime) {
    saveChatbot(input: { id: $id, name: $name, expectedUpdatedAt: $seen }) { chatbot { name updatedAt } }
  }`;
  const { id } = (await api.ask(admin, SAVE, { name: "Shared", ...SUPPORT_BOT })).data.saveChatbot.chatbot;
  const read = "query ($id: UUID!) { chatbot(id: $id) { name updatedAt } }";
  const seen = (await api.ask(admin, read, { id })).data.chatbot.updatedAt;
  // Two tabs at once: without the check in the update itself, both would find what they expect.
  const both = await Promise.all(["One", "Two"].map((name) => api.ask(admin, save, { id, name, seen })));
  const [saved] = both.filter(({ errors }) => errors.length === 0);
  const [refused] = both.filter(({ code }) => code === "PYUPD");
  const { chatbot } = saved!.data.saveChatbot;
  assert.equal(refused!.errors[0]!.extensions.updatedAt, chatbot.updatedAt, refused!.text);
  assert.deepEqual(refused!.errors[0]!.extensions.inputPath, ["input", "expectedUpdatedAt"]);
  assert.deepEqual((await api.ask(admin, read, { id })).data.chatbot, chatbot);
  const again = await api.ask(admin, save, { id, name: "Three", seen: chatbot.updatedAt });
  assert.equal(again.data?.saveChatbot.chatbot.name, "Three", again.text);
  assert.equal((await api.ask(admin, save, { id, name: "Four" })).errors.length, 0, "nothing is expected");
});

test("a draft is played reply by reply: nothing is stored, the client carries the state", async () => {
  const saved = await api.ask(admin, SAVE, { name: "Played", ...SUPPORT_BOT });
  const { id } = saved.data.saveChatbot.chatbot;
  const started = await api.ask(
    admin,
    "mutation ($id: UUID!) { startSimulation(input: {chatbotId: $id}) { state path outcome trace } }",
    { id },
  );
  const { state, path, outcome } = started.data?.startSimulation ?? {};
  assert.deepEqual([path, outcome], [["start-1", "welcome-msg", "main-menu"], "waiting"], started.text);
  const proceed = `mutation ($id: UUID!, $state: JSON!) {
    continueSimulation(input: {chatbotId: $id, state: $state, reply: "btn_tech"}) { path said outcome reason }
  }`;
  const ended = await api.ask(admin, proceed, { id, state });
  assert.equal(ended.data?.continueSimulation.outcome, "completed", ended.text);
  assert.equal(ended.data.continueSimulation.said.at(-1), "Thank you, and goodbye.");
  assert.equal((await api.ask(admin, proceed, { id, state: {} })).code, "PYREQ");
  assert.equal((await api.ask(stranger, proceed, { id, state })).code, "PYNFD");
});

test("a graph, which may carry credentials, is for admins; its name, state and versions are for every member", async () => {
  const secret = "Bearer s3cret";
  const nodes = [
    { id: "start", type: "start", data: {} },
    {
      id: "call",
      type: "rest_api",
      data: { apiUrl: "https://example.com", headers: { authorization: secret } },
    },
  ];
  const edges = [{ source: "start", target: "call" }];
  const saved = await api.ask(admin, SAVE, { name: "Secretive", nodes, edges });
  const { id } = saved.data.saveChatbot.chatbot;
  const published = await api.ask(admin, PUBLISH, { id });
  const versionId = published.data?.publishChatbot.chatbotVersion.id;
  const GRAPHS = `{
    chatbots(orderBy: NAME_ASC) { nodes { id name status nodes edges settings versions { nodes { id number nodes edges settings subflows flows } } } }
    chatbotVersion(id: "${versionId}") { number nodes }
  }`;
  const read = async (person: Person) => {
    const answer = await api.ask(person, GRAPHS);
    assert.deepEqual(answer.errors, [], answer.text);
    return { ...answer, bot: answer.data.chatbots.nodes.find((bot: { id: string }) => bot.id === id) };
  };

  const { bot, data, text } = await read(admin);
  assert.ok(text.includes(secret));
  assert.equal(bot.nodes.length, 2);
  assert.equal(bot.versions.nodes[0].edges[0].target, "call");
  assert.deepEqual(data.chatbotVersion.nodes, bot.nodes);

  for (const role of ["agent", "viewer"] as const) {
    const answer = await read(await aPerson(database.pool, admin.tenantId, role));
    assert.ok(!answer.text.includes(secret), role);
    assert.deepEqual(
      answer.bot,
      {
        id,
        name: "Secretive",
        status: "draft",
        nodes: null,
        edges: null,
        settings: null,
        versions: {
          nodes: [
            {
              id: versionId,
              number: 1,
              nodes: null,
              edges: null,
              settings: null,
              subflows: null,
              flows: null,
            },
          ],
        },
      },
      role,
    );
  }
  assert.equal(
    (await api.ask(stranger, `{ chatbotVersion(id: "${versionId}") { nodes } }`)).data.chatbotVersion,
    null,
  );
  const played = "mutation ($id: UUID!) { startSimulation(input: {chatbotId: $id}) { state } }";
  assert.equal((await api.ask(agent, played, { id })).code, "PYDEN");
});

test("a draft is asked about with what is not saved yet: nothing of it is stored", async () => {
  const { id } = (await api.ask(admin, SAVE, { name: "Unsaved", ...SUPPORT_BOT })).data.saveChatbot.chatbot;
  const nodes = [
    { id: "start", type: "start", data: {} },
    { id: "hello", type: "message", data: { content: `Hello! ${"x".repeat(120_000)}` } },
    { id: "ask", type: "question", data: { content: "{{nobody}}?", variable: "name" } },
  ];
  const edges = [
    { source: "start", target: "hello" },
    { source: "hello", target: "ask" },
  ];
  const input = { chatbotId: id, nodes, edges };
  const validate = `mutation ($input: ValidateChatbotInput!) { validateChatbot(input: $input) { problems { graphNodeId } } }`;
  const validated = await api.ask(admin, validate, { input });
  const found = validated.data?.validateChatbot.problems.map(
    (each: { graphNodeId: string }) => each.graphNodeId,
  );
  assert.ok(found?.includes("hello"), validated.text);
  assert.equal((await api.ask(admin, validate, { input: { ...input, nodes: "none" } })).code, "PYGRA");

  const start = `mutation ($input: StartSimulationInput!) { startSimulation(input: $input) { state path } }`;
  const started = await api.ask(admin, start, { input });
  assert.deepEqual(started.data?.startSimulation.path, ["start", "hello", "ask"], started.text);
  assert.equal((await api.ask(stranger, start, { input })).code, "PYNFD");
  // Only an admin's body may be that large.
  assert.equal((await api.ask(agent, start, { input })).code, "PYLIM");
  assert.equal((await api.ask(agent, start, { input: { ...input, nodes: [], edges: [] } })).code, "PYDEN");
  const { data } = await api.ask(admin, "query ($id: UUID!) { chatbot(id: $id) { nodes } }", { id });
  assert.equal(data.chatbot.nodes.length, SUPPORT_BOT.nodes.length);
});

test("a chatbot is exported without credentials, and imported as a draft under a name that is free", async () => {
  const nodes = [
    { id: "start", type: "start", data: {} },
    {
      id: "call",
      type: "rest_api",
      data: { apiUrl: "https://example.com", apiAuthType: "bearer", apiAuthToken: "s3cret" },
    },
  ];
  const edges = [{ source: "start", target: "call" }];
  const { id } = (await api.ask(admin, SAVE, { name: "Exported", nodes, edges })).data.saveChatbot.chatbot;
  const write = "mutation ($id: UUID!) { exportChatbot(input: {chatbotId: $id}) { file } }";
  const exported = await api.ask(admin, write, { id });
  assert.ok(!exported.text.includes("s3cret"));
  assert.equal((await api.ask(agent, write, { id })).code, "PYDEN");
  assert.equal((await api.ask(stranger, write, { id })).code, "PYNFD");

  const read = `mutation ($file: JSON!, $name: String) {
    importChatbot(input: {file: $file, name: $name}) {
      chatbot { name status nodes } problems { code } subflows forms
    }
  }`;
  const { file } = exported.data.exportChatbot;
  const imported = await api.ask(admin, read, { file });
  const { chatbot } = imported.data?.importChatbot ?? {};
  assert.deepEqual([chatbot?.name, chatbot?.status], ["Exported (Copy)", "draft"], imported.text);
  assert.equal(chatbot.nodes[1].data.apiAuthToken, "REMOVED");
  const named = await api.ask(admin, read, { file: JSON.stringify(file), name: "Fresh" });
  assert.equal(named.data?.importChatbot.chatbot.name, "Fresh", named.text);
  const broken = await api.ask(admin, read, { file: "{" });
  assert.equal(broken.code, "PYGRA", broken.text);
  assert.match(broken.errors[0]!.message, /valid JSON/);
  assert.equal((await api.ask(agent, read, { file })).code, "PYDEN");
});
