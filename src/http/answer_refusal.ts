import type { ErrorRequestHandler } from "express";
import { databaseFailure } from "../base/database_error.ts";
import { type ErrorCode, httpStatusOf, isErrorCode, ParleyError } from "../base/errors.ts";
import { requestId } from "./request_log.ts";

/** Answers with the message of a refusal, which is about the request. What the storage says is for operators. */
export const answerRefusal: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  // The client has gone.
  if (response.socket === null || response.socket.destroyed) return;
  const refusal = refusalOf(error);
  if (!refusal || response.headersSent) return next(error);
  const { code, message } = refusal;
  if (code === "PYTOK") response.set("www-authenticate", 'Bearer realm="parley"');
  response.status(httpStatusOf(code)).json({ error: { code, message, requestId: requestId(response) } });
};

/** Refusals of the program, and those that SQL raises with a code of its own. */
function refusalOf(error: unknown): { code: ErrorCode; message: string } | undefined {
  if (error instanceof ParleyError) return error.code === "PYSTO" ? undefined : error;
  const failure = databaseFailure(error);
  return failure && isErrorCode((error as { code?: unknown }).code) ? failure : undefined;
}
