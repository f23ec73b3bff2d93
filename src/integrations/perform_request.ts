import type { Waiting } from "../chatbot/engine/context.ts";
import type { ChatbotEvent } from "../chatbot/engine/event.ts";
import { type AiTools, askModel } from "./ask_model.ts";
import { makeRequest, type RequestTools } from "./make_request.ts";
import type { Caller } from "./prepared_request.ts";

export type IntegrationTools = AiTools & RequestTools;

type ResultEvent = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/** Sends the request that a run waits for; null when it waits for something else. Throws only errors of Parley's database. */
export async function performRequest(
  contextId: string,
  waiting: Waiting | null,
  tools: IntegrationTools,
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
