import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "postgraphile/graphql";
import { measureDocument } from "../../../../src/graphql/limits/measure_document.ts";

const measure = (query: string) => measureDocument(parse(query));

test("fields, depth and aliases are counted with fragments spread out", () => {
  assert.deepEqual(measure("{ a { b { c } } d: e }"), { depth: 3, fields: 4, aliases: 1, rootFields: 2 });
  assert.deepEqual(measure("{ a { ...f } } fragment f on T { b { c: d } }"), {
    depth: 3,
    fields: 3,
    aliases: 1,
    rootFields: 1,
  });
  assert.equal(measure("{ a { ... on T { b } ... { c } } }").fields, 3);
});

test("of several operations the largest counts", () => {
  assert.equal(measure("query A { a } query B { a { b { c { d } } } }").depth, 4);
});

test("introspection does not count", () => {
  assert.equal(measure("{ __schema { types { fields { type { name } } } } a { __typename } }").fields, 1);
});

test("exponential fragments are measured quickly", () => {
  const fragments = Array.from(
    { length: 200 },
    (_, i) => `fragment f${i} on Q { ...f${i + 1} ...f${i + 1} }`,
  );
  const begin = performance.now();
  const { fields } = measure(`{ ...f0 } ${fragments.join(" ")} fragment f200 on Q { a }`);
  assert.ok(fields > 1e50);
  assert.ok(performance.now() - begin < 2000);
});
