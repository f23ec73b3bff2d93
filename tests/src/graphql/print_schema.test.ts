import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import {
  buildSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "postgraphile/graphql";
import { printSchema, SCHEMA_FILE } from "../../../src/graphql/print_schema.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
let text: string;
let schema: GraphQLSchema;
before(async () => {
  database = await createTestDatabase();
  text = await printSchema(database.authenticatorUrl);
  schema = buildSchema(text);
});
after(() => database.drop());

test("src/graphql/schema.graphql is what the migrations say (npm run schema writes it)", async () => {
  assert.equal(await readFile(SCHEMA_FILE, "utf8"), text);
});

test("descriptions use GraphQL's names of fields; what is data keeps its own", () => {
  const described = (type: string, field: string) => {
    const found = schema.getType(type);
    assert.ok(isObjectType(found) || isInputObjectType(found), type);
    return found.getFields()[field]?.description ?? assert.fail(`${type}.${field}`);
  };
  assert.match(described("Conversation", "freeEntryUntil"), /windowExpiresAt/);
  assert.match(described("Channel", "webhookKey"), /<webhookKey>/);
  assert.match(described("ContactInput", "name"), /profileName/);
  assert.match(described("DataSourceCall", "endpoint"), /baseUrl/);
  assert.match(described("ChatbotTimer", "isHeld"), /ringsAt/);
  assert.match(described("Message", "metadata"), /group_id/);
  assert.match(described("WhatsappFlow", "whatsappFlowId"), /whatsapp_flow nodes/);
});

/** Every description, with where it stands. */
function descriptions(): { where: string; text: string }[] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith("__"))
    .flatMap((type) => {
      const fields =
        isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
          ? Object.values(type.getFields())
          : [];
      const values = isEnumType(type) ? type.getValues() : [];
      const args = fields.flatMap((field) => ("args" in field ? field.args : []));
      return [type, ...fields, ...values, ...args].map(({ name, description }) => ({
        where: `${type.name}.${name}`,
        text: description ?? "",
      }));
    });
}

/** About the tables that an audit is of, the rows and columns of a file, and rows of WhatsApp's lists. */
const ABOUT_TABLES = /^(AuditEntry|Import\w*)\b/;
const LIST_ROW = /button or row/g;

test("no description speaks of the database: its names, or how it stores things", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace) and a.attnum > 0
     union select c.relname from pg_class c
     where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
     union select p.proname from pg_proc p
     where p.pronamespace in ('app_public'::regnamespace, 'app_hidden'::regnamespace, 'app_private'::regnamespace)`,
  );
  const ofDatabase = new Set(rows.map(({ name }) => name).filter((name) => name.includes("_")));
  const ofEnums = new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isEnumType(type) ? type.getValues().map(({ name }) => name) : [],
    ),
  );
  const all = descriptions();
  assert.ok(all.length > 500 && ofDatabase.size > 200);
  const wrong = all.flatMap(({ where, text }) => {
    const names = [...text.matchAll(/(?<![\w"{])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w"}])/g)].map(
      ([name]) => name,
    );
    const terms = text
      .replace(LIST_ROW, "")
      .match(/\b(rows?|tables?|columns?|foreign key|partition\w*|pg_\w+|app_\w+|in SQL:)/gi);
    if (ABOUT_TABLES.test(where)) return [];
    return [...names.filter((name) => ofDatabase.has(name) && !ofEnums.has(name)), ...(terms ?? [])].map(
      (found) => `${where}: ${found}`,
    );
  });
  assert.deepEqual(wrong, []);
});
