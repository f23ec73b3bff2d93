import pg from "pg";
import { brokenCheck, brokenReference, missingValue, takenValue } from "./broken_rule.ts";
import { ERRORS, type ErrorCode, isErrorCode } from "./errors.ts";

/**
 * A failed statement or connection as an error of Parley: a message without values, the hint of a PY error, and of PYUPD
 * when the object was last changed.
 */
type DatabaseFailure = { code: ErrorCode; message: string; hint?: string; updatedAt?: string };

type Rule = {
  /** SQLSTATEs, or classes of them. */
  states: RegExp;
  constraint?: string;
  code: ErrorCode;
  message: string | ((error: pg.DatabaseError) => string);
};

/** Maps SQLSTATEs to PY codes; the first match applies. Postgres's own texts quote values and are not used. */
const RULES: readonly Rule[] = [
  { states: /^23505$/, constraint: "contacts_phone_key", code: "PYDUP", message: ERRORS.PYDUP.meaning },
  { states: /^23505$/, code: "PYCON", message: takenValue },
  { states: /^23503$/, code: "PYCON", message: brokenReference },
  { states: /^23502$/, code: "PYCON", message: missingValue },
  { states: /^23514$/, code: "PYCON", message: brokenCheck },
  {
    states: /^(22021|22P05)$/,
    code: "PYCON",
    message: "A text must not contain U+0000, nor half of a surrogate pair",
  },
  { states: /^22/, code: "PYCON", message: "A value has the wrong form, or is out of range" },
  { states: /^42501$/, code: "PYDEN", message: ERRORS.PYDEN.meaning },
  { states: /^57014$/, code: "PYTIM", message: ERRORS.PYTIM.meaning },
  { states: /^08/, code: "PYUNA", message: "The database cannot be reached" },
  // The login was refused, or the database does not exist.
  { states: /^(28|3D)/, code: "PYUNA", message: "The database cannot be used" },
  // Deadlocks, missing resources, lock timeouts, shutdowns, standbys, idle transactions that were terminated.
  { states: /^(40|53|55P03|57|25006|25P03)/, code: "PYUNA", message: "The database cannot do this now" },
];

/** Describes a failure of the database or of the connection; undefined for other errors and for defects of Parley. */
export function databaseFailure(error: unknown): DatabaseFailure | undefined {
  if (!(error instanceof pg.DatabaseError))
    return isUnreachable(error) ? { code: "PYUNA", message: "The database cannot be reached" } : undefined;
  const { code: state = "", constraint, message, hint, detail } = error;
  if (isErrorCode(state))
    return {
      code: state,
      message,
      ...(hint && { hint }),
      ...(state === "PYUPD" && detail && { updatedAt: detail }),
    };
  const rule = RULES.find(
    (candidate) =>
      candidate.states.test(state) &&
      (candidate.constraint === undefined || candidate.constraint === constraint),
  );
  if (!rule) return undefined;
  return { code: rule.code, message: typeof rule.message === "string" ? rule.message : rule.message(error) };
}

/** The SQLSTATE of an error that Postgres raised; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/**
 * Whether the same work may succeed later: the database cannot be reached or cannot do it now, or a connection broke.
 * False for defects, which would fail again.
 */
export function isPassing(error: unknown): boolean {
  if (sqlState(error) === undefined) return !DEFECTS.some((defect) => error instanceof defect);
  const code = databaseFailure(error)?.code;
  return code === "PYUNA" || code === "PYTIM";
}

const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Errors of sockets, DNS and TLS, and node-postgres's errors without a code for connections that failed or broke. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return syscall === "connect";
  return (
    /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI_|EPIPE|DEPTH_ZERO|SELF_SIGNED|CERT_|ERR_TLS)/.test(
      code ?? "",
    ) ||
    /^(timeout exceeded when trying to connect|timeout expired$|Connection terminated|Client has encountered a connection error|The server does not support SSL)/.test(
      error.message,
    )
  );
}
