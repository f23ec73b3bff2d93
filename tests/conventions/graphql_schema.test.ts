import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  buildSchema,
  type GraphQLField,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from "postgraphile/graphql";
import { SCHEMA_FILE } from "../../src/graphql/print_schema.ts";

/** The committed schema: what the API looks like, without a database. */
const schema = buildSchema(await readFile(SCHEMA_FILE, "utf8"));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

/** Every field of an object type, as `Type.field`. */
const fields = types
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ where: `${type.name}.${field.name}`, type, field })),
  );

test("values of enums are spelled as in SQL, those of orders as constants", () => {
  const wrong = types.filter(isEnumType).flatMap((type) => {
    const style = type.name.endsWith("OrderBy") ? /^[A-Z0-9_]+_(ASC|DESC)$/ : /^[a-z][a-z0-9_]*$/;
    return type.getValues().flatMap(({ name }) => (style.test(name) ? [] : [`${type.name}.${name}`]));
  });
  assert.deepEqual(wrong, []);
});

test("nodeId is Relay's global id and nothing else", () => {
  const inputs = types
    .filter(isInputObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ where: `${type.name}.${field.name}`, field })),
    );
  const other = [...fields, ...inputs].filter(
    ({ field }) => field.name === "nodeId" && !/^ID!?$/.test(String(field.type)),
  );
  assert.deepEqual(
    other.map(({ where }) => where),
    [],
  );
});

test("items of lists are never null", () => {
  const loose = [
    ...fields.map(({ where, field }) => ({ where, type: field.type })),
    ...fields.flatMap(({ where, field }) =>
      field.args.map(({ name, type }) => ({ where: `${where}(${name}:)`, type })),
    ),
    ...types.filter(isInputObjectType).flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({
        where: `${type.name}.${field.name}`,
        type: field.type,
      })),
    ),
  ].filter(({ type }) => /\[\w+\]/.test(String(type)));
  assert.deepEqual(
    loose.map(({ where }) => where),
    [],
  );
});

test("pages, and the rows in payloads, are not null", () => {
  const loose = fields.filter(
    ({ type, field }) =>
      /(Connection|Edge|Payload)$/.test(type.name) &&
      !["clientMutationId", "query"].includes(field.name) &&
      !isNonNullType(field.type) &&
      !saysWhenNull(field),
  );
  assert.deepEqual(
    loose.map(({ where }) => where),
    [],
  );
});

test("relations are null only if their key, row level security or a missing foreign key makes them so", () => {
  for (const strict of [
    "Message.conversation",
    "Conversation.contact",
    "Conversation.channel",
    "ContactTag.tag",
  ])
    assert.ok(isNonNullType(fieldOf(strict).type), strict);
  for (const nullable of [
    "DataSourceCall.dataSource",
    "Membership.user",
    "MessageStatus.message",
    "Message.user",
  ])
    assert.ok(!isNonNullType(fieldOf(nullable).type), nullable);
});

function fieldOf(where: string): GraphQLField<unknown, unknown> {
  return fields.find((each) => each.where === where)?.field ?? assert.fail(where);
}

function saysWhenNull({ description }: GraphQLField<unknown, unknown>): boolean {
  return /\bnull (if|for|when|unless|until|before|after)\b/i.test(description ?? "");
}
