import { randomUUID } from "node:crypto";
import pg from "pg";
import { isSafeError } from "postgraphile/grafast";
import { GraphQLError, type GraphQLFormattedError } from "postgraphile/graphql";
import { databaseFailure } from "../../base/database_error.ts";
import { ERRORS, type ErrorCode, isErrorCode } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { metrics } from "../../base/metrics.ts";
import { describeRefusal } from "./describe_refusal.ts";
import type { RefusedField } from "./refused_field.ts";

/** Adds which field was refused, where that is known. */
export type FieldOf = (error: GraphQLError, cause: unknown) => RefusedField | undefined;

type ClientError = { code: ErrorCode; message: string; hint?: string | undefined; updatedAt?: string };

/** Converts an error for clients: a PY code and what to do, without internal details. */
export function maskError(error: Error, log: Log, fieldOf?: FieldOf): GraphQLFormattedError {
  const cause = innermost(error);
  const { code, message, hint, updatedAt } = knownError(error, cause) ?? unexpected(cause, log);
  metrics.apiErrors.inc({ code });
  const { kind, remedy } = ERRORS[code];
  return {
    message,
    ...(error instanceof GraphQLError && {
      ...(error.locations && { locations: error.locations }),
      ...(error.path && { path: error.path }),
    }),
    extensions: {
      code,
      kind,
      hint: hint ?? remedy,
      ...(updatedAt && { updatedAt }),
      ...(error instanceof GraphQLError && fieldOf?.(error, cause)),
    },
  };
}

function isSafe(cause: unknown): cause is Error {
  return cause instanceof Error && isSafeError(cause);
}

function innermost(error: Error): unknown {
  return error instanceof GraphQLError && error.originalError ? innermost(error.originalError) : error;
}

function knownError(error: Error, cause: unknown): ClientError | undefined {
  const failure = databaseFailure(cause);
  if (failure) return failure;
  if (cause instanceof Error && "code" in cause && isErrorCode(cause.code)) {
    const hint = "hint" in cause && typeof cause.hint === "string" ? cause.hint : undefined;
    return { code: cause.code, message: cause.message, hint };
  }
  // A row that was deleted between two statements of the request, or a function that returned what it says it never does.
  if (cause instanceof GraphQLError && cause.message.startsWith("Cannot return null for non-nullable field"))
    return undefined;
  // graphql-js about the request: syntax, validation, variables. Grafast's safe errors: cursors, empty patches.
  if (cause instanceof GraphQLError || isSafe(cause))
    return { code: "PYREQ", message: describeRefusal(error, cause) };
  return undefined;
}

/** Logged under an id that the client gets. Of Postgres' errors without texts: they quote people's data. */
function unexpected(cause: unknown, log: Log): ClientError {
  const errorId = randomUUID();
  if (cause instanceof pg.DatabaseError) {
    const { code, routine, where, schema, table, constraint } = cause;
    log.error({ errorId, sqlState: code, routine, where, schema, table, constraint }, "API statement failed");
  } else {
    log.error({ errorId, err: cause }, "API request failed unexpectedly");
  }
  return { code: "PYINT", message: `Something unexpected went wrong. The log has it under ${errorId}` };
}
