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

/** The HTTP status of a refused request, by the code of its first error. */
export function statusOf(code: unknown): number {
  const known: ErrorCode = isErrorCode(code) ? code : "PYINT";
  return known === "PYINT" ? 500 : STATUS[ERRORS[known].kind];
}
