import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
let stranger: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "viewer");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
});

async function ask(query: string, variables: object = {}, person: Person | null = agent) {
  const { data, errors } = await api.ask(person, query, variables);
  assert.deepEqual(errors, []);
  return data;
}

async function aContact(fields: { [column: string]: string }): Promise<void> {
  const columns = Object.keys(fields);
  await database.pool.query(
    `insert into app_public.contacts (tenant_id, ${columns}) values ($1, ${columns.map((_, at) => `$${at + 2}`)})`,
    [workspace.tenantId, ...Object.values(fields)],
  );
}

test("messages are found in pages, with their conversation and contact", async () => {
  const thread = await aConversation(database.pool, workspace);
  const other = await aConversation(database.pool, workspace);
  const bodies = ["Where is my parcel?", "The parcel is blue", "Parcels, parcels"];
  for (const [at, body] of bodies.entries())
    await hear(database.pool, workspace, [thread, other][at % 2]!, { content: { body } });
  const search = `query ($after: Cursor, $conversationId: UUID) {
    searchMessages(query: "PARCEL", first: 2, after: $after, conversationId: $conversationId) {
      nodes { preview conversation { id contact { phone } } }
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      completeUntil
    } }`;
  const first = (await ask(search)).searchMessages;
  assert.deepEqual(
    first.nodes.map((node: { preview: string }) => node.preview),
    [bodies[2], bodies[1]],
  );
  assert.deepEqual(first.nodes[0].conversation, {
    id: thread.conversationId,
    contact: { phone: thread.phone },
  });
  const ids = first.edges.map(({ node }: { node: { id: string } }) => node.id);
  assert.deepEqual(
    first.edges.map(({ cursor }: { cursor: string }) => cursor),
    ids,
  );
  assert.deepEqual(first.pageInfo, {
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: ids[0],
    endCursor: ids[1],
  });
  assert.match(first.completeUntil, /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/);
  assert.ok(Date.parse(first.completeUntil) > Date.now() - 60_000);
  const second = (await ask(search, { after: first.pageInfo.endCursor })).searchMessages;
  assert.deepEqual(
    [second.nodes[0].preview, second.pageInfo.hasNextPage, second.pageInfo.hasPreviousPage],
    [bodies[0], false, true],
  );
  const inOne = (await ask(search, { conversationId: other.conversationId })).searchMessages;
  assert.deepEqual(
    inOne.nodes.map((node: { preview: string }) => node.preview),
    [bodies[1]],
  );

  assert.deepEqual((await ask(search, {}, stranger)).searchMessages.nodes, []);
  assert.equal((await api.ask(null, search)).code, "PYDEN");
  assert.equal((await api.ask(agent, search, { after: "x" })).code, "PYREQ");
  assert.equal(
    (await api.ask(agent, `{ searchMessages(query: "${"x".repeat(201)}") { nodes { id } } }`)).code,
    "PYREQ",
  );
  assert.equal(
    (await api.ask(agent, '{ searchMessages(query: "x", first: 101) { nodes { id } } }')).code,
    "PYLIM",
  );
});

test("contacts are found by names, addresses and numbers, as people write them", async () => {
  await aContact({
    name: "Şükrü Gökçe",
    email: "sukru@example.com",
    external_ref: "CRM-77",
    phone: "+905321112233",
  });
  await aContact({ profile_name: "Zoë Müller", username: "zoe.m", phone: "+5511987654321" });
  await aContact({ name: "Ana", phone: "+15559990000" });
  await database.pool.query(
    "update app_public.whatsapp_channels set display_phone_number = '+90 850 111 22 33'",
  );
  const found = async (query: string) =>
    (
      await ask("query ($query: String!) { searchContacts(query: $query) { nodes { phone } } }", { query })
    ).searchContacts.nodes.map(({ phone }: { phone: string }) => phone.slice(0, 3));
  for (const query of [
    "sukru",
    "GÖKÇE ŞÜK",
    "gok",
    "sukru@example",
    "crm-77",
    "+90 (532) 111-22-33",
    "0532 111 22 33",
    "00905321112233",
    "532 111",
    "2233",
    "sukru 2233",
    "٠٥٣٢ ١١١ ٢٢ ٣٣",
  ])
    assert.deepEqual(await found(query), query === "532 111" ? [] : ["+90"], query);
  for (const query of ["zoe", "muller", "zoe.m", "+55 11 98765-4321", "+55 11 8765 4321", "87654321"])
    assert.deepEqual(await found(query), ["+55"], query);
  for (const query of ["", "...", "00", "000000", "ukru", "4444", '"suk"', "' or 1=1 --", ":*", "zoe sukru"])
    assert.deepEqual(await found(query), [], query);

  const byPhone = async (phone: string) =>
    await ask(
      `query ($phone: String!) {
      contactByPhone(phone: $phone) { phone }
      contacts(filter: { phoneNumber: $phone }) { nodes { phone } } }`,
      { phone },
    );
  for (const phone of ["+90 (532) 111-22-33", "0532 111 22 33", "905321112233", "tel:+90-532-111-22-33"])
    assert.deepEqual(await byPhone(phone), {
      contactByPhone: { phone: "+905321112233" },
      contacts: { nodes: [{ phone: "+905321112233" }] },
    });
  for (const phone of ["0532 111 22 34", "2233", "nonsense", ""])
    assert.deepEqual(await byPhone(phone), { contactByPhone: null, contacts: { nodes: [] } });
});

test("contacts come in pages, newest first", async () => {
  for (let number = 0; number < 5; number++) await aContact({ name: `Pageant ${number}` });
  const names: string[] = [];
  for (let after: string | null = null, page = 0; page === 0 || after; page++) {
    const { searchContacts } = await ask(
      `query ($after: Cursor) { searchContacts(query: "page", first: 2, after: $after) {
        nodes { name } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    names.push(...searchContacts.nodes.map(({ name }: { name: string }) => name));
    after = searchContacts.pageInfo.hasNextPage ? searchContacts.pageInfo.endCursor : null;
  }
  assert.deepEqual(
    names,
    [4, 3, 2, 1, 0].map((number) => `Pageant ${number}`),
  );
});
