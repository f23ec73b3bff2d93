import express, { type Request, type RequestHandler } from "express";
import { createByteBudget } from "../../base/byte_budget.ts";
import { ParleyError } from "../../base/errors.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import type { Visitor } from "../auth/visitor.ts";
import { LIMITS } from "../limits/limits.ts";

const SMALL = parserOf(LIMITS.bytes);
const LARGE = parserOf(LIMITS.largeBytes);

/** The limit for large bodies that are being received and run; a parsed one takes several times its bytes. */
const MOST_LARGE_BYTES = 20_000_000;
const MOST_LARGE_BYTES_OF_TENANT = 10_000_000;

/**
 * Receives and parses the JSON of a request whose sender is known, as `response.locals.visitor`. Larger bodies are received
 * from admins only, and a few at the same time; of all others nothing is received beyond the usual limit.
 */
export function receiveBody(authenticator: Pick<Authenticator, "roleOf">): RequestHandler {
  const budget = createByteBudget(MOST_LARGE_BYTES, MOST_LARGE_BYTES_OF_TENANT);

  return async (request, response, next) => {
    const { visitor } = response.locals as { visitor: Visitor | null };
    const announced = announcedBytes(request);
    if (announced <= LIMITS.bytes || announced > LIMITS.largeBytes || !(await isAdmin(visitor)))
      return SMALL(request, response, next);
    const bytes = budget.open(visitor!.tenantId);
    if (!bytes.take(announced))
      throw new ParleyError("PYUNA", "Too many large requests are in progress; try again shortly");
    response.once("close", () => bytes.release());
    LARGE(request, response, next);
  };

  async function isAdmin(visitor: Visitor | null): Promise<boolean> {
    const role = visitor && (await authenticator.roleOf(visitor));
    return role === "admin" || role === "owner";
  }
}

/** Whether the body is one that only some operations may have. */
export function isLarge(request: Request): boolean {
  return announcedBytes(request) > LIMITS.bytes;
}

/** Of a body without a length 0: it may not be large. */
function announcedBytes({ headers }: Request): number {
  return Number(headers["content-length"] ?? 0);
}

function parserOf(limit: number): RequestHandler {
  return express.json({ limit, strict: true, inflate: false });
}
