import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Response } from "express";
import pg from "pg";
import { databaseFailure, isPassing } from "../../../src/base/database_error.ts";
import type { ErrorCode } from "../../../src/base/errors.ts";
import { createLog } from "../../../src/base/log.ts";
import { describeError } from "../../../src/cli/describe_error.ts";
import { maskError } from "../../../src/graphql/request/mask_error.ts";
import { answerError } from "../../../src/http/answer_error.ts";

/** Every SQLSTATE has the same code everywhere: over GraphQL, over HTTP and at a terminal. */
const CASES: [what: string, state: string, code: ErrorCode | undefined, passing: boolean][] = [
  ["one of ours", "PYWIN", "PYWIN", false],
  ["a value that is taken", "23505", "PYCON", false],
  ["a reference to nothing", "23503", "PYCON", false],
  ["a missing value", "23502", "PYCON", false],
  ["a check that failed", "23514", "PYCON", false],
  ["a value of the wrong form", "22P02", "PYCON", false],
  ["an invalid date", "22007", "PYCON", false],
  ["a number out of range", "22003", "PYCON", false],
  ["a NUL", "22P05", "PYCON", false],
  ["no privilege", "42501", "PYDEN", false],
  ["a statement timeout", "57014", "PYTIM", true],
  ["a connection failure", "08006", "PYUNA", true],
  ["a refused login", "28P01", "PYUNA", true],
  ["a missing database", "3D000", "PYUNA", true],
  ["a deadlock", "40P01", "PYUNA", true],
  ["too many connections", "53300", "PYUNA", true],
  ["a lock timeout", "55P03", "PYUNA", true],
  ["a shutdown", "57P01", "PYUNA", true],
  ["a standby", "25006", "PYUNA", true],
  ["an idle transaction that was ended", "25P03", "PYUNA", true],
  ["a missing table", "42P01", undefined, false],
  ["an internal error", "XX000", undefined, false],
  ["a code that is not registered", "PYXXX", undefined, false],
];

const log = createLog("silent");

function overHttp(error: Error): string {
  let code = "";
  const response = {
    locals: {},
    headersSent: false,
    status: () => response,
    getHeader: () => undefined,
    json: (body: { error: { code: string } }) => {
      code = body.error.code;
    },
  } as unknown as Response;
  answerError(error, {} as never, response, () => {});
  return code;
}

describe("a SQLSTATE", () => {
  for (const [what, code, ours, passing] of CASES) {
    test(`${code}, ${what}: ${ours ?? "not for callers"}`, () => {
      const error = Object.assign(new pg.DatabaseError("text", 1, "error"), { code });
      assert.equal(databaseFailure(error)?.code, ours);
      assert.equal(isPassing(error), passing);
      assert.equal(maskError(error, log).extensions?.code, ours ?? "PYINT");
      assert.equal(overHttp(error), ours ?? "PYINT");
      assert.ok(describeError(error).endsWith(`(${ours ?? code})`), describeError(error));
    });
  }
});

test("a contact's phone number that is taken has a code of its own", () => {
  const error = Object.assign(new pg.DatabaseError("text", 1, "error"), {
    code: "23505",
    constraint: "contacts_phone_key",
  });
  assert.equal(databaseFailure(error)?.code, "PYDUP");
});

const CONNECTIONS: [error: Error, isUnreachable: boolean][] = [
  [Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }), true],
  [Object.assign(new Error("no socket"), { code: "ENOENT", syscall: "connect" }), true],
  [Object.assign(new Error("no file"), { code: "ENOENT", syscall: "open" }), false],
  [new Error("timeout exceeded when trying to connect"), true],
  [new Error("timeout expired"), true],
  [new Error("Connection terminated unexpectedly"), true],
  [new Error("The server does not support SSL connections"), true],
  [new TypeError("x is not a function"), false],
];

for (const [error, isUnreachable] of CONNECTIONS) {
  test(`${error.message}: ${isUnreachable ? "the database cannot be reached" : "not the database's"}`, () => {
    assert.equal(databaseFailure(error)?.code, isUnreachable ? "PYUNA" : undefined);
  });
}

test("an error that is not the database's is passing unless it is a defect", () => {
  assert.equal(isPassing(new Error("Connection terminated unexpectedly")), true);
  assert.equal(isPassing(new TypeError("x is not a function")), false);
});
