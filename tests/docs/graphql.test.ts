import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSchema, parse, validate } from "postgraphile/graphql";
import { LIMITS } from "../../src/graphql/limits/limits.ts";
import { measureDocument } from "../../src/graphql/limits/measure_document.ts";
import { CLOSE } from "../../src/graphql/websocket/close_reason.ts";
import { blocksOf, document, documents, plain, proseOf, rowsOf, sectionOf } from "./document.ts";

const schema = buildSchema(document("src/graphql/schema.graphql").text);
const page = document("docs/graphql.md");

/** What is sent from a shell or a program: `{"query":"…"}`, `query: "…"`. */
function queriesIn(text: string): string[] {
  const inJson = [...text.matchAll(/"query":"((?:[^"\\]|\\.)*)"/g)].map(([, query = ""]) => query);
  const inCode = [...text.matchAll(/query(?: =|:) "((?:[^"\\]|\\.)*)"/g)].map(([, query = ""]) => query);
  return [...inJson, ...inCode].map((query) => JSON.parse(`"${query}"`) as string);
}

function check(query: string, where: string): void {
  const read = parse(query);
  assert.deepEqual(
    validate(schema, read).map(({ message }) => message),
    [],
    where,
  );
  const { depth, fields, aliases, rootFields } = measureDocument(read);
  assert.ok(depth <= LIMITS.depth && fields <= LIMITS.fields, where);
  assert.ok(aliases <= LIMITS.aliases && rootFields <= LIMITS.rootFields, where);
}

test("GraphQL on the pages is valid, and within the limits", () => {
  let count = 0;
  for (const block of documents().flatMap(blocksOf)) {
    const where = `${block.path}:${block.line}`;
    const queries = block.language === "graphql" ? [block.text] : queriesIn(block.text);
    for (const query of queries) check(query, where);
    count += queries.length;
  }
  assert.ok(count > 15, `${count} documents`);
});

test("docs/graphql.md lists all mutations", () => {
  const rows = rowsOf(sectionOf(page, "## Mutations"));
  const named = rows.flatMap(([names = "", , more = ""]) =>
    [...`${names} ${more}`.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  );
  const fields = schema.getMutationType()?.getFields() ?? {};
  for (const name of Object.keys(fields)) assert.ok(named.includes(name), name);
  for (const [names = ""] of rows)
    for (const [, name = ""] of names.matchAll(/`(\w+)`/g)) assert.ok(name in fields, name);
});

test("docs/graphql.md lists all subscriptions", () => {
  const { text } = sectionOf(page, "## Subscriptions");
  for (const name of Object.keys(schema.getSubscriptionType()?.getFields() ?? {}))
    assert.match(text, new RegExp(`\\b${name}\\b`));
});

test("the limits are those of the program", () => {
  const lines = sectionOf(page, "## Limits").text.split("\n");
  const limits = lines.flatMap((line) => {
    const [, name = "", figure = ""] = /^\| (\w+) \| ([\d,]+) \|/.exec(line) ?? [];
    return name === "" ? [] : [[name, Number(figure.replaceAll(",", ""))]];
  });
  assert.deepEqual(Object.fromEntries(limits), LIMITS);
});

test("every close code of the program is explained", () => {
  const { text } = sectionOf(page, "## Subscriptions");
  for (const [code, reason] of Object.values(CLOSE)) {
    const line = text.split("\n").find((each) => each.startsWith(`| ${code} |`));
    assert.ok(line, String(code));
    const registered = /^PY[A-Z]{3}/.exec(reason)?.[0];
    if (registered) assert.ok(line.includes(registered), reason);
  }
});

test("the operators of filters exist", () => {
  const { text } = sectionOf(page, "## Queries");
  const operators = schema.getType("StringFilter");
  assert.ok(operators && "getFields" in operators);
  const [, list = ""] = /Operators: ([\s\S]*?)\. Each/.exec(proseOf({ path: page.path, text })) ?? [];
  const named = [...list.matchAll(/`\w+`/g)].map(([name]) => plain(name));
  assert.deepEqual(named.sort(), Object.keys(operators.getFields()).sort());
});
