import { randomUUID } from "node:crypto";
import pg from "pg";
import { isSafeError } from "postgraphile/grafast";
import { GraphQLError, type GraphQLFormattedError } from "postgraphile/graphql";
import { brokenCheck, brokenReference, missingValue, takenValue } from "../../base/broken_rule.ts";
import { ERRORS, type ErrorCode, isErrorCode } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";

type Told = { code: ErrorCode; message: string; hint?: string | undefined };

/** An error as a client may see it: our code, what to do, and nothing about the inside. */
export function maskError(error: Error, log: Log): GraphQLFormattedError {
  const cause = innermost(error);
  const { code, message, hint } = told(cause) ?? unexpected(cause, log);
  const { kind, remedy } = ERRORS[code];
  return {
    message,
    ...(error instanceof GraphQLError && {
      ...(error.locations && { locations: error.locations }),
      ...(error.path && { path: error.path }),
    }),
    extensions: { code, kind, hint: hint ?? remedy },
  };
}

/** "Did you mean" tells what there is to those who may not look. */
function withoutSuggestion(message: string): string {
  return message.replace(/ Did you mean .*$/s, "");
}

function isSafe(cause: unknown): cause is Error {
  return cause instanceof Error && isSafeError(cause);
}

function innermost(error: Error): unknown {
  return error instanceof GraphQLError && error.originalError ? innermost(error.originalError) : error;
}

function told(cause: unknown): Told | undefined {
  if (cause instanceof Error && "code" in cause && isErrorCode(cause.code)) {
    const hint = "hint" in cause && typeof cause.hint === "string" ? cause.hint : undefined;
    return { code: cause.code, message: cause.message, hint };
  }
  if (cause instanceof pg.DatabaseError) return toldByPostgres(cause);
  if (isUnreachable(cause)) return { code: "PYUNA", message: ERRORS.PYUNA.meaning };
  // graphql-js about the request: syntax, validation, variables. Grafast's safe errors: cursors, empty patches.
  if (cause instanceof GraphQLError || isSafe(cause))
    return { code: "PYREQ", message: withoutSuggestion(cause.message) };
  return undefined;
}

/** By SQLSTATE: the texts of Postgres quote values, and name what is not the client's business. */
function toldByPostgres(error: pg.DatabaseError): Told | undefined {
  const state = error.code ?? "";
  switch (state) {
    case "23505":
      return error.constraint === "contacts_phone_key"
        ? { code: "PYDUP", message: ERRORS.PYDUP.meaning }
        : { code: "PYCON", message: takenValue(error) };
    case "23503":
      return { code: "PYCON", message: brokenReference(error) };
    case "23502":
      return { code: "PYCON", message: missingValue(error) };
    case "23514":
      return { code: "PYCON", message: brokenCheck(error) };
    case "22021":
    case "22P05":
      return { code: "PYCON", message: "A text must not contain U+0000, nor half of a surrogate pair" };
    case "42501":
      return { code: "PYDEN", message: ERRORS.PYDEN.meaning };
    case "57014":
      return { code: "PYTIM", message: ERRORS.PYTIM.meaning };
  }
  if (state.startsWith("22"))
    return { code: "PYCON", message: "A value has the wrong form, or is out of range" };
  if (state.startsWith("08") || state.startsWith("53") || state.startsWith("57P"))
    return { code: "PYUNA", message: ERRORS.PYUNA.meaning };
  return undefined;
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "ENOENT",
  "EAI_AGAIN",
]);

function isUnreachable(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if ("code" in cause && typeof cause.code === "string" && UNREACHABLE.has(cause.code)) return true;
  // node-postgres says these without a code.
  return /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/.test(
    cause.message,
  );
}

/** Logged under an id that the client is told. Of Postgres' errors without texts: they quote people's data. */
function unexpected(cause: unknown, log: Log): Told {
  const errorId = randomUUID();
  if (cause instanceof pg.DatabaseError) {
    const { code, routine, where, schema, table, constraint } = cause;
    log.error(
      { errorId, sqlState: code, routine, where, schema, table, constraint },
      "a statement of the API failed",
    );
  } else {
    log.error({ errorId, err: cause }, "a request to the API failed unexpectedly");
  }
  return { code: "PYINT", message: `Something unexpected went wrong. The log has it under ${errorId}` };
}
