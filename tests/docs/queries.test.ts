import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { type Api, startApi } from "../api/support/api.ts";
import { aFurnishedTenant, type FurnishedTenant } from "../database/access/furnished_tenant.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { blocksOf, document } from "./document.ts";

/** The blocks of the page run one after the other, on a database that has an answer for each. */
const blocks = blocksOf(document("docs/queries.md"));

let database: TestDatabase;
let api: Api;
let client: pg.Client;
let tenant: FurnishedTenant;
/** psql's and GraphQL's variables. */
let variables: Record<string, string>;

before(async () => {
  database = await createTestDatabase();
  api = await startApi(database);
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  tenant = await aFurnishedTenant(client);
  await fill();
  variables = {
    tenant: tenant.tenantId,
    user: tenant.people.owner.userId,
    conversation: tenant.conversationId,
    contact: tenant.strangerId,
    channel: tenant.channelId,
    membership: await membershipOf(tenant.colleague.userId),
  };
});
after(async () => {
  await client.end();
  await api.close();
  await database.drop();
});

/** What the furnished tenant lacks. */
async function fill(): Promise<void> {
  const { tenantId, people, colleague, conversationId, chatbotId, versionId } = tenant;
  for (const [userId, email] of [
    [people.owner.userId, "ann@example.com"],
    [colleague.userId, "ben@example.com"],
  ])
    await client.query("update app_public.users set email = $2 where id = $1", [userId, email]);
  await client.query(
    `update app_public.contacts set phone = '+15550001234'
     where id = (select contact_id from app_public.conversations where id = $1)`,
    [conversationId],
  );
  await client.query(
    "insert into app_public.conversation_participants (tenant_id, conversation_id, user_id) values ($1, $2, $3)",
    [tenantId, conversationId, people.owner.userId],
  );
  await client.query(
    `with sent as (
       insert into app_public.messages (conversation_id, type, content, author, user_id)
       select $1, 'text', '{"body": "Hello"}', 'user', $2 from generate_series(1, 3)
       returning id
     )
     select id from sent`,
    [conversationId, people.owner.userId],
  );
  await client.query(
    `update app_public.message_statuses s set
       status = case when n.place = 1 then 'failed' else 'delivered' end::app_public.message_status,
       error_code = case when n.place = 1 then '131026' end,
       failed_at = case when n.place = 1 then now() end
     from (select message_id, row_number() over (order by message_id) as place from app_public.message_statuses) n
     where n.message_id = s.message_id`,
  );
  await client.query(
    'update app_public.chatbots set nodes = \'[{"id": "start-1", "type": "start"}]\' where id = $1',
    [chatbotId],
  );
  await client.query(
    "update app_public.chatbots set status = 'active', active_version_id = $2 where id = $1",
    [chatbotId, versionId],
  );
}

async function membershipOf(userId: string): Promise<string> {
  const { data } = await api.ask(
    tenant.people.owner,
    "query ($user: UUID!) { memberships(filter: { userId: { equalTo: $user } }) { nodes { nodeId } } }",
    { user: userId },
  );
  return data.memberships.nodes[0].nodeId;
}

/** Each statement of a block, which a blank line separates. */
function statementsOf(text: string): string[] {
  return text.split(/;\n\n/);
}

function filledIn(text: string): string {
  return text.replaceAll(/:'(\w+)'/g, (_, name: string) => {
    const value = variables[name];
    assert.ok(value, `the variable ${name} has no value`);
    return pg.escapeLiteral(value);
  });
}

/** Each operation of a block, with the variables that it declares. */
function operationsOf(text: string): { query: string; given: Record<string, string> }[] {
  return text.split(/\n\n(?=query|mutation)/).map((query) => {
    const names = [...query.matchAll(/\$(\w+):/g)].map(([, name = ""]) => name);
    const known = names.filter((name) => name in variables);
    return { query, given: Object.fromEntries(known.map((name) => [name, variables[name]!])) };
  });
}

/** Lists without anything in them: the database was to have an answer. */
function emptyLists(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) && value.length === 0) return [path];
  const parts = Array.isArray(value)
    ? value.slice(0, 1).map((each) => ["", each] as const)
    : Object.entries(value);
  return parts.flatMap(([key, part]) => emptyLists(part, `${path}.${key}`));
}

for (const { language, text, line } of blocks) {
  if (language === "sql")
    test(`docs/queries.md:${line} ${text.split("\n", 1)[0]}`, async () => {
      for (const statement of statementsOf(text)) {
        const { rows } = await client.query(filledIn(statement));
        assert.ok(rows.length > 0, `no rows: ${statement}`);
      }
    });
  if (language === "graphql")
    test(`docs/queries.md:${line} ${text.split("\n", 1)[0]}`, async () => {
      for (const { query, given } of operationsOf(text)) {
        const answer = await api.ask(tenant.people.owner, query, given);
        assert.deepEqual(answer.errors, [], query);
        const empty = emptyLists(answer.data).filter((path) => !/participants|contactTags/.test(path));
        assert.deepEqual(empty, [], query);
      }
    });
}

test("the page asks in both languages", () => {
  for (const language of ["sql", "graphql"])
    assert.ok(blocks.filter((block) => block.language === language).length >= 15, language);
});
