import type { ErrorRequestHandler, RequestHandler } from "express";
import { databaseFailure } from "../base/database_error.ts";
import { ERRORS, type ErrorCode, httpStatusOf, isErrorCode } from "../base/errors.ts";
import { logOf, requestId } from "./request_log.ts";

/** Answers requests that no route has handled. */
export const answerNotFound: RequestHandler = (_request, response) => {
  response.status(404).json({ error: { code: "PYNFD", message: "There is nothing at this address" } });
};

/** Answers with a registered code and its meaning. The cause is written to the log, under the request's id. */
export const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const failure = databaseFailure(error);
  const code = failure?.code ?? codeOf(error);
  // A plain request passes no values to the database: an error from there is a defect and goes to the log.
  if (code === "PYINT" || code === "PYSTO" || failure)
    logOf(response)?.error({ err: error }, "a request failed unexpectedly");
  if (response.headersSent) {
    // The response has begun and cannot be replaced: Express closes the connection.
    next(error);
    return;
  }
  response
    .status(httpStatusOf(code))
    .json({ error: { code, message: ERRORS[code].meaning, requestId: requestId(response) } });
};

function codeOf(error: unknown): ErrorCode {
  if (typeof error !== "object" || error === null) return "PYINT";
  if ("code" in error && isErrorCode(error.code)) return error.code;
  // Express's own errors: a path that is not UTF-8, a body that does not parse.
  const status = "status" in error && typeof error.status === "number" ? error.status : 500;
  if (status === 413) return "PYBIG";
  return status >= 400 && status < 500 ? "PYREQ" : "PYINT";
}
