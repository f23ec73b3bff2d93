import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { GraphQLError } from "postgraphile/graphql";
import { ParleyError } from "../../../../src/base/errors.ts";
import { createLog } from "../../../../src/base/log.ts";
import { maskError } from "../../../../src/graphql/request/mask_error.ts";

const lines: string[] = [];
const log = createLog("debug", { write: (line: string) => void lines.push(line) });

function postgres(code: string, more: object = {}): GraphQLError {
  const error = Object.assign(new pg.DatabaseError("secret text", 1, "error"), {
    code,
    detail: "Key (phone)=(+1555) secret",
    where: "PL/pgSQL function app_private.f() line 3",
    ...more,
  });
  return new GraphQLError(error.message, { originalError: error, path: ["field"] });
}

const CODES: Record<string, string> = {
  "23505": "PYCON",
  "23503": "PYCON",
  "23502": "PYCON",
  "23514": "PYCON",
  "22P02": "PYCON",
  "22P05": "PYCON",
  "22003": "PYCON",
  "42501": "PYDEN",
  "57014": "PYTIM",
  "08006": "PYUNA",
  "53300": "PYUNA",
  "57P01": "PYUNA",
  "40P01": "PYUNA",
  "42P01": "PYINT",
  XX000: "PYINT",
  P0001: "PYINT",
};

test("every SQLSTATE becomes a PY code, and no text of Postgres reaches clients", () => {
  for (const [state, code] of Object.entries(CODES)) {
    const masked = maskError(postgres(state), log);
    assert.equal(masked.extensions?.code, code, state);
    assert.deepEqual(masked.path, ["field"]);
    assert.ok(!JSON.stringify(masked).includes("secret"), state);
  }
  assert.ok(!lines.join("").includes("secret"), "nor into the log");
});

test("our own codes keep their message and hint", () => {
  const masked = maskError(postgres("PYWIN", { hint: "Send a template." }), log);
  assert.equal(masked.message, "secret text");
  assert.deepEqual(masked.extensions, { code: "PYWIN", kind: "conflict", hint: "Send a template." });
  assert.equal(maskError(new ParleyError("PYREF", "Ended"), log).extensions?.code, "PYREF");
});

test("a code that is not in the registry is not passed on", () => {
  assert.equal(maskError(postgres("PYXXX"), log).extensions?.code, "PYINT");
});

test("connections that fail are the database being away", () => {
  for (const error of [
    Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:5432"), { code: "ECONNREFUSED" }),
    new Error("timeout exceeded when trying to connect"),
    new Error("Connection terminated unexpectedly"),
  ]) {
    const masked = maskError(new GraphQLError(error.message, { originalError: error }), log);
    assert.equal(masked.extensions?.code, "PYUNA");
    assert.ok(!masked.message.includes("10.0.0.1"));
  }
});

test("a defect of the program is PYINT with an id that is in the log", () => {
  assert.equal(
    maskError(new GraphQLError("Cannot return null for non-nullable field Message.conversation."), log)
      .extensions?.code,
    "PYINT",
  );
  const masked = maskError(new TypeError("x is not a function"), log);
  assert.equal(masked.extensions?.code, "PYINT");
  const id = /[0-9a-f-]{36}/.exec(masked.message)![0];
  assert.ok(lines.at(-1)!.includes(id));
  assert.ok(lines.at(-1)!.includes("x is not a function"));
});
