import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isLeafType,
} from "graphql";
import type { TestDatabase } from "../support/database.ts";
import { hear, send } from "../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";

const schema = buildSchema(
  readFileSync(new URL("../../src/graphql/schema.graphql", import.meta.url), "utf8"),
);

let database: TestDatabase;
let api: Api;
before(async () => {
  ({ database, api } = await borrowApi());
});

/** All figures of a type. */
function allFigures(typeName: string, isDistinguished: boolean): string {
  const fields = Object.values((schema.getType(typeName) as GraphQLObjectType).getFields());
  return fields
    .filter(({ name }) => name.endsWith("Figures"))
    .map((field) => asked(field, isDistinguished))
    .join("\n");
}

function asked(field: GraphQLField<unknown, unknown>, isDistinguished: boolean): string {
  const type = getNamedType(field.type) as GraphQLObjectType;
  const by = field.args.find(({ name }) => name === "by");
  const values = by && namesOf(getNamedType(by.type));
  const args = values ? `(by: [${isDistinguished ? values : ""}])` : "";
  const { nodes } = type.getFields();
  const figure = nodes ? (getNamedType(nodes.type) as GraphQLObjectType) : type;
  const leaves = Object.values(figure.getFields()).filter((one) => isLeafType(getNamedType(one.type)));
  const selected = `{ ${leaves.map(({ name }) => name).join(" ")} }`;
  return `${field.name}${args} ${nodes ? `{ nodes ${selected} }` : selected}`;
}

function namesOf(type: GraphQLNamedType): string[] {
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

/** With nothing distinguished, and with all that can be. Figures without a value are null, and their types say so. */
async function readAll(person: Person): Promise<Record<string, { nodes?: object[] }>> {
  let figures = {};
  for (const isDistinguished of [false, true]) {
    const of = (typeName: string) => allFigures(typeName, isDistinguished);
    const { data, errors } = await api.ask(
      person,
      `{ currentTenant { ${of("Tenant")} }
         conversations(first: 5) { nodes { ${of("Conversation")} } }
         contacts(first: 5) { nodes { ${of("Contact")} } } }`,
    );
    assert.deepEqual(errors, []);
    figures = data.currentTenant;
  }
  return figures;
}

test("a tenant without messages has its figures", async () => {
  const workspace = await aWorkspace(database.pool);
  const person = await aPerson(database.pool, workspace.tenantId, "viewer");
  await database.pool.query(
    "insert into app_public.contacts (tenant_id, phone) values ($1, '+447700900123')",
    [workspace.tenantId],
  );
  await readAll(person);
});

test("conversations without a team, an assignee, a response or a price have their figures", async () => {
  const workspace = await aWorkspace(database.pool);
  const person = await aPerson(database.pool, workspace.tenantId, "viewer");
  const waiting = await aConversation(database.pool, workspace);
  await hear(database.pool, workspace, waiting);
  await aConversation(database.pool, workspace);
  const answered = await aConversation(database.pool, workspace);
  const messageId = await send(database.pool, answered.conversationId);
  await database.pool.query(
    "update app_public.message_statuses set status = 'sent', sent_at = now(), pricing = $2 where message_id = $1",
    [messageId, { category: "utility" }],
  );
  await database.pool.query(
    "update app_public.conversations set assignee_id = $2, handed_over_at = now() where id = $1",
    [answered.conversationId, person.userId],
  );
  const figures = await readAll(person);
  for (const name of ["message", "delivery", "price", "handoff", "waiting", "conversation"])
    assert.notEqual(figures[`${name}Figures`]?.nodes?.length, 0, name);
});
