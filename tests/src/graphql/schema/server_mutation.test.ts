import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeSchema } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafast } from "postgraphile/grafast";
import {
  type ExecutionResult,
  type GraphQLSchema,
  isInputObjectType,
  isObjectType,
  printType,
} from "postgraphile/graphql";
import { z } from "zod";
import { ERRORS } from "../../../../src/base/errors.ts";
import { databaseSettings, type Visitor } from "../../../../src/graphql/auth/visitor.ts";
import { choice, instant, json, row, type, uuid } from "../../../../src/graphql/schema/graphql_types.ts";
import { mutationPlugin } from "../../../../src/graphql/schema/mutation_plugin.ts";
import { SchemaPreset } from "../../../../src/graphql/schema/preset.ts";
import { type ServerMutation, serverMutation } from "../../../../src/graphql/schema/server_mutation.ts";
import { borrowTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { aPerson, aWorkspace, type Workspace } from "../../../support/people.ts";

const Part = type("Part", "A part of a whole.", { weight: z.int(), note: z.string().nullable() });

/** What `run` was given. */
let given: Record<string, unknown>[] = [];

const paintChannel = serverMutation({
  name: "paintChannel",
  about: "Paints a channel.",
  requires: "manage_all",
  errors: { PYNFD: "there is no such channel", PYDEN: "the caller is not an admin" },
  input: {
    channelId: uuid().describe("Which one."),
    color: choice("Color", "A color.", { RED: "Like fire.", BLUE: "Like the sea." }).default("RED"),
    coats: z.int().min(1).max(9).optional(),
    label: z.string().max(100).optional(),
    code: z
      .string()
      .regex(/^[a-z]+$/, "must be lowercase letters")
      .optional(),
    at: instant().optional(),
    extra: json().optional(),
    tags: z.array(z.string()).max(2).optional(),
  },
  payload: { channel: row("channels").describe("As it is now."), parts: z.array(Part), role: z.string() },
  run: ({ input, asCaller }) => {
    given.push(input);
    return asCaller(async (db) => {
      const { rows } = await db.query<{ role: string }>("select current_user as role");
      return { channel: { id: input.channelId }, parts: [{ weight: 1, note: null }], role: rows[0]!.role };
    });
  },
});

const open = serverMutation({
  name: "open",
  about: "Is open to anyone.",
  errors: {},
  requires: "anyone",
  input: {},
  payload: { isSignedIn: z.boolean(), part: Part },
  run: async ({ visitor }) => ({ isSignedIn: visitor !== null, part: { weight: 2, note: "x" } }),
});

let database: TestDatabase;
let workspace: Workspace;
let admin: Visitor;
let schema: GraphQLSchema;
let resolvedPreset: GraphileConfig.ResolvedPreset;
let release: () => unknown;

before(async () => {
  database = await borrowTestDatabase();
  workspace = await aWorkspace(database.pool);
  const person = await aPerson(database.pool, workspace.tenantId, "admin");
  const { tenantId, userId, sessionId: credentialId } = person;
  admin = { kind: "user", tenantId, userId, credentialId, expiresAt: new Date(Date.now() + 60_000) };
  const service = makePgService({
    pool: database.pool,
    schemas: ["app_public"],
    pubsub: false,
    pgSettingsForIntrospection: { role: "parley_visitor" },
    pgSettings: ({ visitor }) => databaseSettings(visitor ?? null, 5000, undefined) as Record<string, string>,
  });
  release = () => service.release?.();
  ({ schema, resolvedPreset } = await makeSchema({
    extends: [SchemaPreset],
    plugins: [mutationPlugin([paintChannel, open])],
    pgServices: [service],
  }));
});
after(async () => {
  await release();
  await database.drop();
});

async function ask(source: string, visitor: Visitor | null, variableValues = {}): Promise<ExecutionResult> {
  given = [];
  return (await grafast({
    schema,
    resolvedPreset,
    source,
    variableValues,
    requestContext: { visitor } as never,
    contextValue: { visitor, origin: { source: "", userAgent: null } },
  })) as ExecutionResult;
}

const PAINT = `mutation ($input: PaintChannelInput!) {
  paintChannel(input: $input) { clientMutationId channel { id } parts { weight note } role }
}`;

async function paint(input: object, visitor: Visitor | null = admin) {
  const { data, errors = [] } = await ask(PAINT, visitor, {
    input: { channelId: workspace.channelId, ...input },
  });
  const [error] = errors;
  const cause = error?.originalError as { code?: string } | undefined;
  return { data, message: error?.message, code: error && (cause?.code ?? "refused by GraphQL") };
}

test("input and payload become GraphQL types with their descriptions", () => {
  const printed = (name: string) =>
    printType(schema.getType(name) ?? assert.fail(name)).replaceAll(/\s+/g, " ");
  assert.equal(
    printed("PaintChannelInput"),
    '"""The input of paintChannel.""" input PaintChannelInput { """A text of your choice, which the payload repeats.""" ' +
      'clientMutationId: String """Which one.""" channelId: UUID! """A color.""" color: Color coats: Int ' +
      "label: String code: String at: Datetime extra: JSON tags: [String!] }",
  );
  assert.equal(
    printed("PaintChannelPayload"),
    '"""The result of paintChannel.""" type PaintChannelPayload { """The `clientMutationId` of the input.""" ' +
      'clientMutationId: String """As it is now.""" channel: Channel! """The parts.""" parts: [Part!]! ' +
      "role: String! }",
  );
  assert.equal(
    printed("Color"),
    '"""A color.""" enum Color { """Like fire.""" RED """Like the sea.""" BLUE }',
  );
  assert.equal(printed("Part"), '"""A part of a whole.""" type Part { weight: Int! note: String }');
  assert.ok(isInputObjectType(schema.getType("OpenInput")) && isObjectType(schema.getType("OpenPayload")));
});

test("the codes a mutation can answer with are registered, and stand in its description", () => {
  const { paintChannel: field } = schema.getMutationType()!.getFields();
  assert.equal(
    field?.description,
    "Paints a channel.\n\nPYNFD: there is no such channel. PYDEN: the caller is not an admin.",
  );
  const unregistered = { name: "x", about: "", input: {}, payload: {}, run: async () => ({}) };
  // @ts-expect-error: not a registered code
  const mutation: ServerMutation = serverMutation({ ...unregistered, errors: { PYXXX: "never" } });
  assert.ok(mutation);
  assert.ok(!("PYXXX" in ERRORS));
});

test("run works with the caller's rights, and its rows are read afterwards", async () => {
  const { data, message } = await paint({ clientMutationId: "mine" });
  assert.equal(message, undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(data?.paintChannel)), {
    clientMutationId: "mine",
    channel: { id: workspace.channelId },
    parts: [{ weight: 1, note: null }],
    role: "parley_visitor",
  });
});

test("run gets checked values: defaults, ids as Postgres writes them, no null, JSON as it came", async () => {
  const extra = JSON.parse('{"__proto__": {"a": 1}, "b": null}');
  await paint({
    channelId: workspace.channelId.toUpperCase().replaceAll("-", ""),
    coats: null,
    label: "\u0000'; drop table",
    at: "2026-03-01T12:00:00+02:00",
    extra,
    clientMutationId: "x",
  });
  const [input] = given;
  assert.deepEqual(
    { ...input, extra: null },
    {
      channelId: workspace.channelId,
      color: "RED",
      label: "\u0000'; drop table",
      at: "2026-03-01T10:00:00.000Z",
      extra: null,
    },
  );
  assert.equal(input?.extra, extra, "not a copy, which would lose keys");
});

const HOSTILE: Record<string, [input: object, code: string, message: RegExp]> = {
  "an unknown field": [{ colour: "RED" }, "refused by GraphQL", /colour/],
  "a field of JavaScript's": [JSON.parse('{"__proto__": {"coats": 99}}'), "refused by GraphQL", /__proto__/],
  "a number for a text": [{ label: 5 }, "refused by GraphQL", /label/],
  "an object for a text": [{ label: {} }, "refused by GraphQL", /label/],
  "null for what must be given": [{ channelId: null }, "refused by GraphQL", /channelId/],
  "an unknown value of an enum": [{ color: "GREEN" }, "refused by GraphQL", /color/],
  "a number that is not Int": [{ coats: 2 ** 40 }, "refused by GraphQL", /coats/],
  "too small a number": [{ coats: 0 }, "PYREQ", /^`coats` must be at least 1$/],
  "too large a number": [{ coats: 10 }, "PYREQ", /^`coats` must be at most 9$/],
  "an enormous text": [
    { label: "x".repeat(5_000_000) },
    "PYREQ",
    /^`label` must be at most 100 characters long$/,
  ],
  "a text of the wrong form": [{ code: "SECRET" }, "PYREQ", /^`code` must be lowercase letters$/],
  "too long a list": [{ tags: ["a", "b", "c"] }, "PYREQ", /^`tags` must be at most 2 values long$/],
  "not a time": [{ at: "tomorrow" }, "refused by GraphQL", /"input\.at".* must be a time in ISO 8601/],
  "a time long ago": [
    { at: "1960-01-01T00:00:00Z" },
    "PYREQ",
    /^`at` must be a date between the years 1970 and 9999$/,
  ],
};

for (const [what, [input, code, message]] of Object.entries(HOSTILE))
  test(`refused before anything is done: ${what}`, async () => {
    const answer = await paint(input);
    assert.equal(answer.code, code, answer.message);
    assert.match(answer.message!, message);
    assert.ok(!answer.message!.includes("SECRET"), "values are not quoted");
    assert.deepEqual(given, []);
  });

test("the caller is checked before the input", async () => {
  assert.equal((await paint({ coats: 0 }, null)).code, "PYDEN");
  assert.equal((await paint({}, null)).code, "PYDEN");
  assert.deepEqual(given, []);
  const anyone = await ask("mutation { open(input: {}) { isSignedIn part { note } } }", null);
  assert.deepEqual(JSON.parse(JSON.stringify(anyone.data)), {
    open: { isSignedIn: false, part: { note: "x" } },
  });
});
