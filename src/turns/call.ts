import type pg from "pg";
import type { Waiting } from "../chatbot/context.ts";
import type { HttpRequest } from "../chatbot/effect.ts";
import type { ChatbotEvent, HttpResult } from "../chatbot/event.ts";
import type { Json } from "../chatbot/json.ts";
import { storable } from "../chatbot/storable.ts";
import type { Config } from "../config.ts";
import type { GuardedFetch } from "../http/guarded_fetch.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { parseJson } from "../webhooks/sanitize.ts";
import { type AiTools, askModel } from "./ask_model.ts";
import { aimCalendar } from "./calendar_target.ts";
import { aimDataSource } from "./data_source_target.ts";
import { encodeRequest } from "./encode_request.ts";
import type { Aim, Caller } from "./target.ts";

/** What a graph's requests are made with. */
export type RequestTools = {
  pool: Pick<pg.Pool, "query">;
  keyRing: KeyRing;
  /** For addresses that customers configured. */
  guarded: GuardedFetch;
  /** For the operator's own, which may be private. */
  trusted: GuardedFetch;
  config: Pick<Config, "GOOGLE_CALENDAR_URL">;
};

type ResultEvent = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/** Makes the call a run waits for; null when it waits for something else. Throws only when our own database does. */
export async function callFor(
  contextId: string,
  waiting: Waiting | null,
  tools: AiTools,
): Promise<ResultEvent | null> {
  switch (waiting?.kind) {
    case "http": {
      const caller = await callerOf(contextId, tools.pool);
      if (!caller) return null;
      const result = await makeRequest(caller, waiting.request, tools);
      return { kind: "http_result", requestId: waiting.requestId, result };
    }
    case "ai": {
      const result = await askModel(contextId, waiting.request, tools);
      return { kind: "ai_result", requestId: waiting.requestId, result };
    }
    default:
      return null;
  }
}

/** Makes a request of a graph's: finds its real address and credentials, and asks. Throws only when our own database does. */
export async function makeRequest(
  caller: Caller,
  request: HttpRequest,
  tools: RequestTools,
): Promise<HttpResult> {
  const aim = await aimOf(caller, request, tools);
  return aim.kind === "failure" ? aim : aim.finish(await call(aim.request, aim.fetch));
}

async function aimOf(caller: Caller, request: HttpRequest, tools: RequestTools): Promise<Aim> {
  const { target } = request;
  switch (target.kind) {
    case "url":
      return { kind: "aimed", request, fetch: tools.guarded, finish: (result) => result };
    case "data_source":
    case "data_source_connection":
      return aimDataSource(caller, { ...request, target }, tools);
    case "google_calendar":
      return aimCalendar(caller, { ...request, target }, tools);
    default:
      return target satisfies never;
  }
}

async function callerOf(contextId: string, pool: AiTools["pool"]): Promise<Caller | undefined> {
  const { rows } = await pool.query<Caller>(
    `select x.tenant_id as "tenantId", v.published_by as "ownerId", x.variables
     from app_public.conversation_contexts x
     join app_public.chatbot_versions v on v.tenant_id = x.tenant_id and v.id = x.version_id
     where x.id = $1`,
    [contextId],
  );
  return rows[0];
}

/** Makes one request. Never throws. */
export async function call(request: HttpRequest, fetch: GuardedFetch): Promise<HttpResult> {
  const began = performance.now();
  const reply = await fetch.fetch(encodeRequest(request));
  const durationMs = Math.round(performance.now() - began);
  switch (reply.kind) {
    case "response": {
      const body = bodyOf(reply.contentType, reply.body);
      return { kind: "response", status: reply.status, body, durationMs };
    }
    case "refused": {
      const reason = reply.reason === "too_large" ? "too_large" : "blocked";
      return { kind: "failure", reason, message: reply.reason, durationMs };
    }
    case "failed": {
      const reason = reply.reason === "timeout" ? "timeout" : "network";
      return { kind: "failure", reason, message: reply.reason, durationMs };
    }
    default:
      return reply satisfies never;
  }
}

/** As `jsonb` can hold it, whatever the other side sent: a result that cannot be stored would never arrive. */
function bodyOf(contentType: string, body: Buffer): Json {
  if (body.length === 0) return null;
  try {
    if (/json/i.test(contentType)) return storable(parseJson(body));
  } catch {
    // Then it is text.
  }
  return storable(body.toString("utf8"));
}
