import compression from "compression";
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from "express";
import { createByteBudget } from "../../base/byte_budget.ts";
import { httpStatusOf, ParleyError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { SourceOf } from "../../http/client_source.ts";
import { logOf } from "../../http/request_log.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import type { Visitor } from "../auth/visitor.ts";
import { LARGE_MUTATIONS, LIMITS } from "../limits/limits.ts";
import { maskError } from "./mask_error.ts";
import { type Operation, type Operations, RefusedRequest } from "./operations.ts";
import { isLarge, receiveBody } from "./receive_body.ts";
import { rootFields } from "./root_fields.ts";

const JSON_TYPE = "application/json";
/** The limit for answers in memory that clients have not read yet. */
const MOST_UNREAD_BYTES = 128_000_000;
const MOST_UNREAD_BYTES_OF_SESSION = 20_000_000;
const GRAPHQL_TYPE = "application/graphql-response+json";

/**
 * GraphQL over HTTP: only POST with application/json, so that forms and links of other sites cannot use it. 200 if the
 * request was run, whatever its errors; 4xx or 5xx when it was not.
 */
export function httpEndpoint(
  operations: Operations,
  authenticator: Authenticator,
  sourceOf: SourceOf,
  log: Log,
): Router {
  const unread = createByteBudget(MOST_UNREAD_BYTES, MOST_UNREAD_BYTES_OF_SESSION);

  const authenticate: RequestHandler = async (request, response, next) => {
    const authorization = request.get("authorization");
    response.locals.visitor = await authenticator.authenticate(authorization, sourceOf(request));
    next();
  };

  const answer: RequestHandler = async (request, response) => {
    const origin = { source: sourceOf(request), userAgent: request.get("user-agent") ?? null };
    const { visitor } = response.locals as { visitor: Visitor | null };
    const body: unknown = request.body;
    if (typeof body !== "object" || body === null || Array.isArray(body))
      throw new ParleyError("PYREQ", "The body must be a JSON object");
    const { query, variables, operationName } = body as Record<string, unknown>;
    const operation = operations.prepare({ query, variables, operationName }, visitor, origin);
    if (operation.definition.operation === "subscription")
      throw new ParleyError("PYREQ", "Subscriptions require WebSocket (graphql-transport-ws)");
    if (isLarge(request)) requireLargeInput(operation);
    response.locals.isCompressed = visitor !== null && operation.definition.operation === "query";
    const result = await operations.execute(operation, logOf(response) ?? log);
    const text = JSON.stringify(result);
    if (text.length > LIMITS.answerBytes)
      throw new ParleyError("PYLIM", `The response is larger than ${LIMITS.answerBytes} bytes: request less`);
    const bytes = unread.open(visitor?.credentialId ?? origin.source);
    if (!bytes.take(text.length))
      throw new ParleyError("PYUNA", "Earlier responses have not been read yet: read them, then try again");
    response.once("close", () => bytes.release());
    // Without `data` nothing was executed: a variable was missing or had the wrong type.
    const wasRun = "data" in result || !result.errors;
    send(request, response, wasRun ? 200 : httpStatusOf(result.errors?.[0]?.extensions?.code), text);
  };

  const refuse: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const errors = error instanceof RefusedRequest ? error.errors : [asRequestError(error)];
    const formatted = errors.map((each) => maskError(each, logOf(response) ?? log));
    const status = isTooLarge(error) ? 413 : httpStatusOf(formatted[0]?.extensions?.code);
    if (status === 401) response.set("www-authenticate", 'Bearer realm="parley"');
    send(request, response, status, JSON.stringify({ errors: formatted }));
  };

  return Router()
    .post("/", requireJson, authenticate, receiveBody(authenticator), compress, answer)
    .all("/", (_request, response) => {
      response.set("allow", "POST");
      const error = new ParleyError("PYREQ", "The method must be POST");
      response.status(405).json({ errors: [maskError(error, log)] });
    })
    .use(refuse);
}

/**
 * Compresses answers to queries. Those of mutations are small, and may have a new token in them: its text must not be
 * compressed together with text that an attacker has chosen (BREACH).
 */
const compress = compression({
  threshold: 1_000,
  filter: (_request, response) => (response as Response).locals.isCompressed === true,
});

/** @throws ParleyError PYLIM for an operation that does anything but what needs a large body */
function requireLargeInput({ document, definition }: Operation): void {
  for (const field of rootFields(document, definition)) if (!LARGE_MUTATIONS.has(field)) throw tooLarge();
}

const requireJson: RequestHandler = (request, _response, next) => {
  if (!request.is(JSON_TYPE)) throw new ParleyError("PYREQ", "The content type must be application/json");
  next();
};

function send(request: Request, response: Response, status: number, text: string): void {
  const type = request.accepts([GRAPHQL_TYPE, JSON_TYPE]) || JSON_TYPE;
  // Answers are private to the caller and must not be cached.
  response.status(status).set("cache-control", "no-store").type(type).send(text);
}

/** Express's errors about a body have `status`; their messages may quote the body. */
function asRequestError(error: unknown): Error {
  if (isTooLarge(error)) return tooLarge();
  if (error instanceof Error && "status" in error && error.status === 400)
    return new ParleyError("PYREQ", "The body is not valid JSON");
  if (error instanceof Error && "status" in error && error.status === 415)
    return new ParleyError("PYREQ", "The body may not be compressed");
  return error instanceof Error ? error : new Error(String(error));
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 413;
}

function tooLarge(): ParleyError & { status: number } {
  const names = [...LARGE_MUTATIONS].join(", ");
  const message = `The body is larger than ${LIMITS.bytes} bytes (for admins and ${names} alone: ${LIMITS.largeBytes})`;
  return Object.assign(new ParleyError("PYLIM", message), { status: 413 });
}
