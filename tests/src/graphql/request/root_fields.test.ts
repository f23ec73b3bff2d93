import assert from "node:assert/strict";
import { test } from "node:test";
import { getOperationAST, parse } from "postgraphile/graphql";
import { rootFields } from "../../../../src/graphql/request/root_fields.ts";

const fieldsOf = (text: string) => {
  const document = parse(text);
  return [...rootFields(document, getOperationAST(document, "q")!)].sort();
};

test("fields at the root are found in fragments, whatever their aliases", () => {
  assert.deepEqual(
    fieldsOf(`query q { one: a { x } ... on Query { b } ...f } query other { z }
              fragment f on Query { c ...g } fragment g on Query { d { y } }`),
    ["a", "b", "c", "d"],
  );
});

test("each fragment is read once", () => {
  const bombs = Array.from({ length: 40 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`);
  assert.deepEqual(fieldsOf(`query q { ...f0 } ${bombs.join(" ")} fragment f40 on Query { a }`), ["a"]);
});
