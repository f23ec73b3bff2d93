import assert from "node:assert/strict";
import { before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, startApi } from "./support/api.ts";
import { SEND } from "./support/documents.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});

const addContact = (contact: object) =>
  api.ask(
    agent,
    "mutation ($contact: ContactInput!) { createContact(input: { contact: $contact }) { contact { id } } }",
    {
      contact,
    },
  );

test("a broken rule is named; values and tables are not", async () => {
  const answer = await addContact({ email: "very secret, no address" });
  assert.equal(answer.code, "PYCON");
  assert.match(answer.errors[0]!.message, /^"email" of contacts must be a valid address$/);
  assert.ok(!answer.text.includes("secret"));
  assert.ok(!answer.text.includes("app_public"));
});

test("the error for a taken value says only that it is taken", async () => {
  await addContact({ externalRef: "customer 4711" });
  const answer = await addContact({ externalRef: "customer 4711" });
  assert.equal(answer.code, "PYCON");
  for (const inside of ["4711", "key", "tenant", workspace.tenantId])
    assert.ok(!answer.text.includes(inside), inside);
});

test("an error names the field that was refused, as the input does", async () => {
  const { contactId } = await aConversation(database.pool, workspace);
  await addContact({ externalRef: "customer 4711" });
  const tagged = await api.ask(
    agent,
    'mutation { createTag(input: { tag: { name: "VIP" } }) { tag { id } } }',
  );
  const nobody = "01890000-0000-7000-8000-000000000000";
  const refused: [code: string, inputPath: string, mutation: string][] = [
    [
      "PYCON",
      "input.contact.email",
      'createContact(input: { contact: { email: "secret" } }) { contact { id } }',
    ],
    [
      "PYPHN",
      "input.contact.phone",
      'createContact(input: { contact: { phone: "secret" } }) { contact { id } }',
    ],
    [
      "PYCON",
      "input.contact.externalRef",
      'createContact(input: { contact: { externalRef: "customer 4711" } }) { contact { id } }',
    ],
    // A unique index on lower(name).
    ["PYCON", "input.tag.name", 'createTag(input: { tag: { name: "vip" } }) { tag { id } }'],
    [
      "PYCON",
      "input.patch.name",
      `updateTag(input: { id: "${tagged.data.createTag.tag.id}", patch: { name: null } }) { tag { id } }`,
    ],
    [
      "PYCON",
      "input.contactTag.tagId",
      `createContactTag(input: { contactTag: { contactId: "${contactId}", tagId: "${nobody}" } }) { contactTag { tagId } }`,
    ],
    [
      "PYREQ",
      "input.first",
      `replayConversation(input: { conversationId: "${nobody}", versionId: "${nobody}", first: 5000 }) { isCut }`,
    ],
  ];
  for (const [code, inputPath, mutation] of refused) {
    const { errors, text } = await api.ask(agent, `mutation { renamed: ${mutation} }`);
    const [error] = errors;
    assert.equal(error?.extensions.code, code, text);
    assert.deepEqual(error.extensions.inputPath, inputPath.split("."), text);
    assert.equal(error.extensions.field, inputPath.split(".").at(-1));
    assert.deepEqual(error.path, ["renamed"]);
    assert.ok(!/secret|4711|vip/.test(text), text);
  }
});

test("a malformed value is not quoted in the database's error", async () => {
  const answer = await addContact({ optedOutAt: "not a time, but secret" });
  assert.ok(["PYCON", "PYREQ"].includes(answer.code!));
  const range = await addContact({ optedOutAt: "2026-02-31T00:00:00Z" });
  assert.equal(range.code, "PYCON");
  assert.ok(!range.text.includes("02-31"));
});

test("an unexpected error is PYINT with an id; the log has it under that id, without personal data", async () => {
  await database.pool.query(`
    create function app_public.tg_test__fail() returns trigger as $$
    begin raise exception 'inside: %', NEW.name using detail = 'detail: ' || NEW.name; end;
    $$ language plpgsql;
    create trigger _999_fail before insert on app_public.contacts
      for each row when (NEW.name like 'Fail%') execute function app_public.tg_test__fail()`);
  const answer = await addContact({ name: "Fail: my secret" });
  assert.equal(answer.code, "PYINT");
  assert.equal(answer.status, 200);
  assert.ok(!answer.text.includes("secret"));
  assert.ok(!answer.text.includes("inside"));
  const id = /[0-9a-f-]{36}/.exec(answer.errors[0]!.message)![0];
  const line = api.log.find((each) => each.includes(id))!;
  assert.equal(JSON.parse(line).sqlState, "P0001");
  assert.ok(!line.includes("secret"));
});

test("an error in one field leaves the data of the others, and gives its path", async () => {
  const { conversationId } = await aConversation(database.pool, workspace, { isWindowOpen: false });
  const answer = await api.ask(
    agent,
    `mutation ($id: UUID!) {
       first: sendMessage(input: { conversationId: $id, content: { body: "x" } }) { message { id } }
       second: closeConversation(input: { conversationId: $id }) { conversation { status } }
     }`,
    { id: conversationId },
  );
  assert.equal(answer.data.first, null);
  assert.equal(answer.data.second.conversation.status, "closed");
  assert.deepEqual(answer.errors[0]!.path, ["first"]);
});

test("while the database is away the answer is PYUNA, with 503 for those who bring a token", async () => {
  const own = await createTestDatabase();
  const lonely = await startApi(own);
  const person = await aPerson(own.pool, (await aWorkspace(own.pool)).tenantId, "agent");
  assert.equal((await lonely.ask(person, "{ currentUser { id } }")).status, 200);
  await own.drop();
  const answer = await lonely.ask(person, "{ currentUser { id } }");
  // A database that was dropped is not away, but gone: either way nothing of it is told.
  assert.ok(["PYUNA", "PYINT"].includes(answer.code!), answer.text);
  assert.ok(answer.status >= 500);
  assert.ok(!answer.text.includes("parley_test"), answer.text);
  await lonely.close();
});

test("refusals carry the code, the kind and what to do", async () => {
  const answer = await api.ask(agent, SEND, {
    input: { conversationId: "01900000-0000-7000-8000-000000000000", content: {} },
  });
  assert.equal(answer.code, "PYNFD");
  assert.equal(answer.errors[0]!.extensions.kind, "not_found");
  assert.ok(answer.errors[0]!.extensions.hint);
  assert.deepEqual(Object.keys(answer.errors[0]!).sort(), ["extensions", "locations", "message", "path"]);
});
