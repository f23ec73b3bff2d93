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

/** Every field and input field, as Type.field. */
function fields(): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  );
}

test("src/graphql/schema.graphql is what the migrations say (npm run schema writes it)", async () => {
  assert.equal(await readFile(SCHEMA_FILE, "utf8"), text);
});

test("nothing private shows: no secrets, no partitions, no tables of the program's", () => {
  // These take secrets in; the session's tokens are its owner's.
  const takes =
    /^(CreateChannelInput|RotateChannelSecretsInput|ConnectGoogleCalendarInput|Session|SignInInput|RefreshSessionInput|SwitchTenantInput|AcceptInvitationInput|ChangePasswordInput|ResetPasswordInput|StartTotpInput|RemoveTotpInput)\./;
  const shown = fields().filter((field) => !takes.test(field));
  const hidden =
    /password|secret(?!s\b)|hash|(access|refresh|verify)Token|tenantId$|outbox|idempotencyKey|matchKey|^body$|_20\d\d|partition|fingerprint|lease/i;
  const allowed = new Set([
    "SendMessageInput.idempotencyKey",
    "SendCannedReplyInput.idempotencyKey",
    "Message.idempotencyKey",
    "Mutation.rotateChannelSecrets",
    "Mutation.changePassword",
    "Mutation.requestPasswordReset",
    "Mutation.resetPassword",
    // Shown once, to the one who creates it.
    "CreatedApiKey.secret",
    "StartTotpPayload.secret",
    "AddNoteInput.body",
    "EditNoteInput.body",
    // About a token, not the token.
    "GoogleAccount.accessTokenExpiresAt",
    "GoogleAccount.hasRefreshToken",
  ]);
  assert.deepEqual(
    shown.filter((field) => hidden.test(field.split(".")[1]!) && !allowed.has(field)),
    [],
  );
  for (const type of Object.keys(schema.getTypeMap()))
    assert.ok(
      !/Secret(?!sInput|sPayload)|Outbox|Idempotency|SignInFailure|EarlyStatus|_?20\d\d/.test(type),
      type,
    );
});

test("no name gives a composite key away", () => {
  assert.deepEqual(
    fields().filter((field) => /ByTenantId|AndId\b|RowId|ByNodeId/.test(field)),
    [],
  );
});

test("every table's type has its nodeId, and most their id", () => {
  const node = schema.getType("Node");
  assert.ok(isInterfaceType(node));
  const types = schema.getPossibleTypes(node);
  assert.ok(types.length >= 15);
  const keyed = new Set([
    "Membership",
    "ConversationParticipant",
    "ContactIdentity",
    "ContactTag",
    "GroupContact",
    "GoogleAccount",
    "MediaLimit",
    "MessageStatus",
    "Presence",
    "TeamMember",
    "ChannelKindCapability",
    "WhatsappChannel",
  ]);
  for (const type of types) if (!keyed.has(type.name)) assert.ok(type.getFields().id, type.name);
});

test("every connection is paged by cursor, in both directions if it has an order", () => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!String(field.type).replace("!", "").endsWith("Connection")) continue;
      const args = new Set(field.args.map(({ name }) => name));
      const where: string = `${type.name}.${field.name}`;
      assert.ok(args.has("first") && args.has("after"), where);
      for (const name of ["last", "before"]) assert.equal(args.has(name), args.has("orderBy"), where);
      for (const none of ["offset", "condition"]) assert.ok(!args.has(none), where);
    }
  }
});

test("every field of the root says what it does, or is a list or a row of what its type says", () => {
  for (const root of [schema.getMutationType()!, schema.getSubscriptionType()!])
    for (const field of Object.values(root.getFields()))
      assert.ok(field.description, `${root.name}.${field.name}`);
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

/** About the tables that an audit is of, and about rows of WhatsApp's lists. */
const ABOUT_TABLES = /^AuditEntry\b/;
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
