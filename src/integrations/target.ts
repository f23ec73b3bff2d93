import type { JsonObject } from "../base/json/json.ts";
import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";

/** On whose behalf a call is made. */
export type Caller = {
  tenantId: string;
  /** Whose calendar is "the bot's owner's": whoever published it. */
  ownerId: string | null;
  /** Of the run: a connection's parameters may come from them. */
  variables: JsonObject;
};

/** A request with its real address and credentials, and what is made of the answer; or why it cannot be made. */
export type Aim =
  | {
      kind: "aimed";
      request: HttpRequest;
      finish: (result: HttpResult) => HttpResult;
    }
  | Extract<HttpResult, { kind: "failure" }>;

/** The service cannot be asked, and no attempt will change that. */
export function notConnected(message: string): Extract<HttpResult, { kind: "failure" }> {
  return { kind: "failure", reason: "not_connected", message, durationMs: 0 };
}

/** A path below a base address; null for one that would lead out of it (`..`, another host). */
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
