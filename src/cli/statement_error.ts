import type pg from "pg";
import { databaseFailure, sqlState } from "../base/database_error.ts";
import { isErrorCode } from "../base/errors.ts";

/** An error in a statement that the operator wrote, which is shown as PostgreSQL reports it, with its SQLSTATE. */
export class StatementError extends Error {
  override readonly name = "StatementError";
  readonly sqlState: string;

  constructor(cause: pg.DatabaseError) {
    super(cause.message, { cause });
    this.sqlState = cause.code ?? "PYINT";
  }
}

/** Whether an error is about the statement itself, and neither one of Parley's own nor a passing one. */
export function isAboutStatement(error: unknown): error is pg.DatabaseError {
  const state = sqlState(error);
  return state !== undefined && !isErrorCode(state) && databaseFailure(error)?.code !== "PYUNA";
}
