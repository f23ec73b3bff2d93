import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  buildSchema,
  type GraphQLField,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from "postgraphile/graphql";
import { SCHEMA_FILE } from "../../src/graphql/print_schema.ts";

/** The committed schema: what the API looks like, without a database. */
const schema = buildSchema(await readFile(SCHEMA_FILE, "utf8"));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

/** Every field that can be read, as `Type.field`. */
const outputs = types
  .filter((type) => isObjectType(type) || isInterfaceType(type))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ where: `${type.name}.${field.name}`, type, field })),
  );

/** Every argument, as `Type.field(argument:)`. */
const args = outputs.flatMap(({ where, field }) =>
  field.args.map((arg) => ({ where: `${where}(${arg.name}:)`, field: arg })),
);

/** Every field of an input. */
const inputs = types
  .filter(isInputObjectType)
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ where: `${type.name}.${field.name}`, field })),
  );

const values = types
  .filter(isEnumType)
  .flatMap((type) =>
    type.getValues().map((value) => ({ where: `${type.name}.${value.name}`, type, field: value })),
  );

test("everything is described", () => {
  const named = types.map((type) => ({ where: type.name, field: type }));
  const bare = [...named, ...values, ...outputs, ...args, ...inputs].filter(
    ({ field }) => !field.description,
  );
  assert.deepEqual(
    bare.map(({ where }) => where),
    [],
    "Comment on columns and types; define arguments of functions and values of enums at the end of the comment of the " +
      "function or the enum. See migrations/README.md.",
  );
});

test("values of enums are spelled as in SQL, those of orders as constants", () => {
  const wrong = values.filter(
    ({ type, field }) =>
      !(type.name.endsWith("OrderBy") ? /^[A-Z0-9_]+_(ASC|DESC)$/ : /^[a-z][a-z0-9_]*$/).test(field.name),
  );
  assert.deepEqual(
    wrong.map(({ where }) => where),
    [],
  );
});

test("nodeId is Relay's global id and nothing else", () => {
  const other = [...outputs, ...inputs, ...args].filter(
    ({ field }) => field.name === "nodeId" && !/^ID!?$/.test(String(field.type)),
  );
  assert.deepEqual(
    other.map(({ where }) => where),
    [],
  );
});

test("items of lists are never null", () => {
  const loose = [...outputs, ...args, ...inputs].filter(({ field }) => /\[\w+\]/.test(String(field.type)));
  assert.deepEqual(
    loose.map(({ where }) => where),
    [],
  );
});

test("pages, and the rows in payloads, are not null", () => {
  const loose = outputs.filter(
    ({ type, field }) =>
      /(Connection|Edge|Payload)$/.test(type.name) &&
      !["clientMutationId", "query"].includes(field.name) &&
      !isNonNullType(field.type) &&
      !/\bnull (if|for|when|unless|until|before|after)\b/i.test(field.description ?? ""),
  );
  assert.deepEqual(
    loose.map(({ where }) => where),
    [],
  );
});

test("relations are null only if their key, row level security or a missing foreign key makes them so", () => {
  const strict = ["Message.conversation", "Conversation.contact", "Conversation.channel", "ContactTag.tag"];
  for (const where of strict) assert.ok(isNonNullType(outputOf(where).type), where);
  const loose = ["DataSourceCall.dataSource", "Membership.user", "MessageStatus.message", "Message.user"];
  for (const where of loose) assert.ok(!isNonNullType(outputOf(where).type), where);
});

test("nothing private shows: no secrets, no partitions, no tables of the program's", () => {
  // These take secrets in; the session's tokens are its owner's.
  const takes =
    /^(CreateChannelInput|RotateChannelSecretsInput|ConnectGoogleCalendarInput|Session|SignInInput|RefreshSessionInput|SwitchTenantInput|AcceptInvitationInput|ChangePasswordInput|ResetPasswordInput|StartTotpInput|RemoveTotpInput)\./;
  const shown = [...outputs, ...inputs].map(({ where }) => where).filter((field) => !takes.test(field));
  const hidden =
    /password|secret(?!s\b)|hash|(access|refresh|verify)Token|tenantId$|outbox|idempotencyKey|matchKey|^body$|_20\d\d|partition|fingerprint|lease/i;
  const allowed = new Set([
    "SendMessageInput.idempotencyKey",
    "SendCannedReplyInput.idempotencyKey",
    "Message.idempotencyKey",
    "SendTemplateInput.idempotencyKey",
    "ScheduledMessage.idempotencyKey",
    "Mutation.rotateChannelSecrets",
    "Mutation.changePassword",
    "Mutation.requestPasswordReset",
    "Mutation.resetPassword",
    "StartTotpPayload.secret",
    // Shown once, to the one who creates it.
    "CreatedApiKey.secret",
    "Template.body",
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
    [...outputs, ...inputs]
      .map(({ where }) => where)
      .filter((field) => /ByTenantId|AndId\b|RowId|ByNodeId/.test(field)),
    [],
  );
});

test("every table's type has its nodeId, and most their id", () => {
  const node = schema.getType("Node");
  assert.ok(isInterfaceType(node));
  const types = schema.getPossibleTypes(node);
  assert.ok(types.length >= 15);
  const keyed = new Set([
    "CampaignChannel",
    "CampaignRecipient",
    "Membership",
    "ConversationParticipant",
    "ContactAttribution",
    "ContactBlock",
    "ContactIdentity",
    "ContactSensitiveValue",
    "ContactTag",
    "GroupContact",
    "GoogleAccount",
    "ImportRow",
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

function outputOf(where: string): GraphQLField<unknown, unknown> {
  return outputs.find((each) => each.where === where)?.field ?? assert.fail(where);
}
