import { ERRORS, type ErrorCode, type ErrorKind, isErrorCode } from "../../base/errors.ts";

const STATUS: Readonly<Record<ErrorKind, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  timeout: 504,
  unavailable: 503,
};

/** The HTTP status of a request of which nothing was run, by its first error's code. */
export function statusOf(code: unknown): number {
  const known: ErrorCode = isErrorCode(code) ? code : "PYINT";
  return known === "PYINT" ? 500 : STATUS[ERRORS[known].kind];
}
