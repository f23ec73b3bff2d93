import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSchema, execute, GraphQLError, parse, validate } from "postgraphile/graphql";
import { createLog } from "../../../../src/base/log.ts";
import { maskError } from "../../../../src/graphql/request/mask_error.ts";

const schema = buildSchema(`
  enum Color { red }
  input Paint { token: String, colors: [Color!], ready: Boolean, count: Int, ratio: Float, id: ID, inner: Paint }
  type Query { paint(paint: Paint!): String }
`);
const log = createLog("silent");

function refusedVariable(paint: unknown): string {
  const document = parse("query ($p: Paint!) { paint(paint: $p) }");
  const { errors } = execute({ schema, document, variableValues: { p: paint } }) as {
    errors: GraphQLError[];
  };
  // The WebSocket endpoint wraps errors once more.
  const [wrapped] = errors.map((error) => new GraphQLError(error.message, { originalError: error }));
  const { message } = maskError(errors[0]!, log);
  assert.equal(maskError(wrapped!, log).message, message);
  return message;
}

test("a refused variable is named by its path, and its value is not quoted", () => {
  const cases: [unknown, string][] = [
    [{ token: { a: "hidden" } }, 'Variable "$p.token": String cannot represent a non string value'],
    [
      { inner: { token: ["hidden"] } },
      'Variable "$p.inner.token": String cannot represent a non string value',
    ],
    [{ colors: ["red", "hidden"] }, 'Variable "$p.colors[1]": There is no such value in "Color" enum.'],
    [
      { colors: [{ a: "hidden" }] },
      'Variable "$p.colors[0]": Enum "Color" cannot represent non-string value',
    ],
    [{ colors: 'hidden at "p.token"; x' }, 'Variable "$p.colors": There is no such value in "Color" enum.'],
    [{ ready: "hidden\n: hidden" }, 'Variable "$p.ready": Boolean cannot represent a non boolean value'],
    [{ count: "hidden" }, 'Variable "$p.count": Int cannot represent non-integer value'],
    [{ count: 2 ** 40 }, 'Variable "$p.count": Int cannot represent non 32-bit signed integer value'],
    [{ ratio: "hidden" }, 'Variable "$p.ratio": Float cannot represent non numeric value'],
    [{ id: ["hidden"] }, 'Variable "$p.id": ID cannot represent value'],
    [{ tokens: "hidden" }, 'Variable "$p": Field "tokens" is not defined by type "Paint".'],
    ["hidden", 'Variable "$p": Expected type "Paint" to be an object.'],
    [null, 'Variable "$p" of non-null type "Paint!" must not be null.'],
  ];
  for (const [paint, expected] of cases) assert.equal(refusedVariable(paint), expected);
});

test("nor is a value that stands in the document", () => {
  for (const paint of [
    '{ token: { a: "hidden" } }',
    '{ ready: "hidden" }',
    "{ colors: hidden }",
    '{ count: "hidden" }',
  ]) {
    const [error] = validate(schema, parse(`{ paint(paint: ${paint}) }`));
    const masked = maskError(error!, log);
    assert.ok(!masked.message.includes("hidden"), masked.message);
    assert.ok(masked.locations, "the place is told");
  }
});
