import assert from "node:assert/strict";
import { test } from "node:test";
import { describeError } from "../../../src/base/log_error.ts";

test("only names are logged from a database error", () => {
  const error = Object.assign(new Error('invalid input value for enum color: "a customer\'s words"'), {
    name: "error",
    code: "22P02",
    detail: "Key (phone)=(+15551234567) already exists.",
    where: "unnamed portal parameter $1 = 'a text'",
    constraint: "contacts_phone_key",
  });
  const described = JSON.stringify(describeError(new Error("it failed", { cause: error })));
  for (const name of ["it failed", "22P02", "contacts_phone_key", "log_error.test.ts"])
    assert.ok(described.includes(name), name);
  for (const value of ["customer", "+1555", "a text"]) assert.ok(!described.includes(value), value);
});

test("endless causes, and values that are not errors, do no harm", () => {
  const circle: Error & { cause?: unknown } = new Error("round and round");
  circle.cause = circle;
  assert.ok(JSON.stringify(describeError(circle)).length < 20_000);
  assert.equal(describeError("words of our own"), "words of our own");
  assert.equal(describeError({ text: "of a customer" }), "object");
});
