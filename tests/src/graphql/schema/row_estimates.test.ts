import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSchema, type GraphQLObjectType } from "postgraphile/graphql";
import { document } from "../../../docs/document.ts";

const schema = buildSchema(document("src/graphql/schema.graphql").text);

test("a computed field that declares one row is an object, one that declares a few is a list without pages", () => {
  const { user, quotedMessage, reactions, edits } = (
    schema.getType("Message") as GraphQLObjectType
  ).getFields();
  assert.deepEqual(
    [user, quotedMessage, reactions, edits].map((field) => [String(field?.type), field?.args.length]),
    [
      ["User", 0],
      ["Message", 0],
      ["[MessageChange!]!", 0],
      ["[MessageChange!]!", 0],
    ],
  );
});
