import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSchema, type GraphQLObjectType, getOperationAST, parse } from "postgraphile/graphql";
import type { ParleyError } from "../../../../src/base/errors.ts";
import { countObjects } from "../../../../src/graphql/limits/count_objects.ts";

const schema = buildSchema(`
  type Query { people(first: Int, last: Int): PersonConnection, person: Person }
  type PersonConnection { nodes: [Person], edges: [PersonEdge], pageInfo: PageInfo, totalCount: Int }
  type PersonEdge { node: Person }
  type PageInfo { endCursor: String }
  type Person { name: String, friend: Person, friends(first: Int, last: Int): PersonConnection, parents: [Person!]! }
`);
const person = schema.getType("Person") as GraphQLObjectType;
person.getFields().parents!.extensions = { longestList: 2 };
const count = (query: string, variables = {}) => {
  const document = parse(query);
  return countObjects(schema, document, getOperationAST(document)!, variables);
};

test("an object counts one, a connection one and what is in it", () => {
  assert.equal(count("{ person { name } }"), 1);
  assert.equal(count("{ person { friend { friend { name } } } }"), 3);
  assert.equal(count("{ people(first: 10) { nodes { name } } }"), 11);
  assert.equal(count("{ people(first: 10) { edges { node { name } } pageInfo { endCursor } } }"), 22);
});

test("lists within lists multiply", () => {
  assert.equal(
    count("{ people(first: 10) { nodes { friends(first: 5) { nodes { name } } } } }"),
    1 + 10 * (1 + 1 + 5),
  );
  assert.equal(count("{ people(last: 10) { nodes { name } } }"), 11);
  assert.equal(count("{ people { nodes { name } } }"), 51);
  assert.equal(count("{ people(first: null) { nodes { name } } }"), 51);
});

test("a list without pages counts as long as it can be", () => {
  assert.equal(count("{ person { parents { name parents { name } } } }"), 1 + 2 * (1 + 2));
});

test("lists that share a page count as many objects as the page can hold", () => {
  const lists = buildSchema(`
    type Query { page: Page }
    type Page { people: [Person!]!, pets: [Person!]! }
    type Person { name: String }
  `);
  const page = lists.getType("Page") as GraphQLObjectType;
  for (const field of Object.values(page.getFields())) field.extensions = { longestList: 10 };
  const ofPage = (query: string) => {
    const document = parse(query);
    return countObjects(lists, document, getOperationAST(document)!, {});
  };
  const query =
    "{ page { people { name } ...More } } fragment More on Page { pets { name } more: pets { name } }";
  assert.equal(ofPage(query), 1 + 10 + 20);
  page.extensions = {
    mostOf: (countOf: (field: string) => number) => Math.max(countOf("people"), countOf("pets")),
  };
  assert.equal(ofPage(query), 1 + 20);
});

test("variables count as they are given, by default, or as the default page", () => {
  const query = "query ($n: Int) { people(first: $n) { nodes { name } } }";
  assert.equal(count(query, { n: 7 }), 8);
  assert.equal(count(query), 51);
  assert.equal(count("query ($n: Int) { people(last: $n) { nodes { name } } }", { n: 7 }), 8);
  assert.equal(count("query ($n: Int = 3) { people(first: $n) { nodes { name } } }"), 4);
});

test("a page that is too large, or is not a page, has no count", () => {
  const code = (args: string, variables = {}) => {
    try {
      count(
        `query ($n: Int) { people(${args}) { nodes { friends(first: $n) { nodes { name } } } } }`,
        variables,
      );
    } catch (error) {
      return (error as ParleyError).code;
    }
    return undefined;
  };
  assert.equal(code("first: 1001"), "PYLIM");
  assert.equal(code("last: 1001"), "PYLIM");
  assert.equal(code("first: 1", { n: 1001 }), "PYLIM");
  assert.equal(code("first: -1"), "PYREQ");
  assert.equal(code("first: 1, last: 1"), "PYREQ");
  assert.equal(code("first: 1000", { n: 1 }), undefined);
});

test("a fragment of a connection counts with the page it is spread in", () => {
  const fragment = "fragment f on PersonConnection { nodes { name } }";
  assert.equal(
    count(`{ a: people(first: 2) { ...f } b: people(first: 30) { ...f } } ${fragment}`),
    1 + 2 + 1 + 30,
  );
});

test("a total is not free", () => {
  assert.ok(count("{ people(first: 1) { totalCount } }") > 10);
});
