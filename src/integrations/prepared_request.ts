import type { JsonObject } from "../base/json/json.ts";
import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";

/** On whose behalf a request is sent. */
export type Caller = {
  tenantId: string;
  /** The member who published the chatbot: requests to "the owner's calendar" use this member's. */
  ownerId: string | null;
  /** The run's variables: a connection may take parameters from them. */
  variables: JsonObject;
};

/**
 * A request with its real address and credentials, and `finish`, which selects what the graph receives of the response;
 * or a failure, when the request cannot be prepared.
 */
export type PreparedRequest =
  | {
      kind: "prepared";
      request: HttpRequest;
      finish: (result: HttpResult) => HttpResult;
    }
  | Extract<HttpResult, { kind: "failure" }>;

/** The failure of a request for which no service is configured: a retry cannot succeed. */
export function notConnected(message: string): Extract<HttpResult, { kind: "failure" }> {
  return { kind: "failure", reason: "not_connected", message, durationMs: 0 };
}

/** Joins a base address and a path; null for a path that would leave the base address (`..`, another host). */
export function below(base: string, path: string): string | null {
  const root = base.replace(/\/+$/, "");
  const joined = path === "" ? root : `${root}/${path.replace(/^\/+/, "")}`;
  if (!URL.canParse(joined) || path.includes("\\")) return null;
  const [url, parent] = [new URL(joined), new URL(root)];
  const isBelow = url.pathname === parent.pathname || `${url.pathname}/`.startsWith(slashed(parent.pathname));
  return url.origin === parent.origin && isBelow ? joined : null;
}

function slashed(pathname: string): string {
  return pathname.endsWith("/") ? pathname : `${pathname}/`;
}
