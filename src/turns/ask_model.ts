import type pg from "pg";
import type { AiRequest } from "../chatbot/effect.ts";
import type { AiResult, HttpResult } from "../chatbot/event.ts";
import { numberField, objectField, textField } from "../chatbot/fields.ts";
import { isObject, type JsonObject } from "../chatbot/json.ts";
import { storable } from "../chatbot/storable.ts";
import type { Config } from "../config.ts";
import type { GuardedFetch } from "../http/guarded_fetch.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { call } from "./call.ts";
import { notConnected } from "./target.ts";

export type AiTools = {
  pool: Pick<pg.Pool, "query">;
  keyRing: KeyRing;
  /** For addresses that customers configured. */
  guarded: GuardedFetch;
  /** For the operator's own. */
  trusted: GuardedFetch;
  config: Pick<
    Config,
    "AI_BASE_URL" | "AI_API_KEY" | "AI_MODEL" | "AI_TOKENS_PER_DAY" | "AI_TOKENS_PER_CONVERSATION"
  >;
};

type Failure = Extract<HttpResult, { kind: "failure" }>;
type ChatMessage = { role: "system" | "user" | "assistant"; content: string };

/** Asks a language model, within the budgets. Our key goes to our own address alone, never to one from a graph. */
export async function askModel(contextId: string, request: AiRequest, tools: AiTools): Promise<AiResult> {
  const { config, pool } = tools;
  const baseUrl = request.baseUrl ?? config.AI_BASE_URL;
  const model = request.model ?? config.AI_MODEL;
  if (baseUrl === undefined || model === undefined) return notConnected("No language model is connected.");

  const messages = await conversation(contextId, request, pool);
  const reserved = request.maxTokens + estimate(messages);
  const { rows } = await pool.query<{ id: string | null }>(
    "select app_private.reserve_ai_call($1, $2, $3, $4, $5) as id",
    [contextId, model, reserved, config.AI_TOKENS_PER_DAY, config.AI_TOKENS_PER_CONVERSATION],
  );
  const callId = rows[0]?.id;
  if (!callId) return { kind: "failure", reason: "budget", message: "The budget is used up.", durationMs: 0 };

  const isOurs = request.baseUrl === null;
  const authorization = `Bearer ${config.AI_API_KEY}`;
  const body: JsonObject = {
    model,
    messages,
    max_tokens: request.maxTokens,
    ...(request.temperature !== null && { temperature: request.temperature }),
  };
  const result = await call(
    {
      target: { kind: "url" },
      method: "POST",
      url: `${baseUrl.replace(/\/+$/, "")}/chat/completions`,
      query: [],
      headers: isOurs && config.AI_API_KEY ? [["authorization", authorization]] : [],
      body: { kind: "json", value: body },
      timeoutMs: request.timeoutMs,
    },
    isOurs ? tools.trusted : tools.guarded,
  );
  const answer = readAnswer(result, model);
  // Nobody knows what a call cost that had no answer: it counts as reserved.
  if (answer.kind === "reply") {
    const used = answer.inputTokens + answer.outputTokens || reserved;
    await pool.query("select app_private.settle_ai_call($1, $2)", [callId, used]);
  } else if (result.kind === "response") {
    await pool.query("select app_private.settle_ai_call($1, 0)", [callId]);
  }
  return answer;
}

/** The system's words, the conversation's last messages, and the prompt. */
async function conversation(
  contextId: string,
  { system, prompt, historyMessages }: AiRequest,
  pool: AiTools["pool"],
): Promise<ChatMessage[]> {
  const { rows } = await pool.query<{ role: "user" | "assistant"; content: string }>(
    `select case m.direction when 'inbound' then 'user' else 'assistant' end as role, m.preview as content
     from app_public.conversation_contexts x
     cross join lateral (
       select n.id, n.direction, coalesce(nullif(btrim(n.content ->> 'body'), ''), n.preview) as preview
       from app_public.messages n
       where n.tenant_id = x.tenant_id and n.conversation_id = x.conversation_id
       and app_private.is_listed(n.origin, n.type, n.content) and n.type not in ('system', 'request_welcome')
       order by n.id desc
       limit $2
     ) m
     where x.id = $1
     order by m.id`,
    [contextId, historyMessages],
  );
  return [
    ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
    ...rows,
    ...(prompt === null ? [] : [{ role: "user" as const, content: prompt }]),
  ];
}

/** Generous: three characters are rarely more than a token. */
function estimate(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 3) + 4, 0);
}

function readAnswer(result: HttpResult, model: string): AiResult {
  if (result.kind === "failure") return result;
  const { body, status, durationMs } = result;
  const failed = (message: string): Failure => ({ kind: "failure", reason: "network", message, durationMs });
  if (status < 200 || status > 299) return failed(`The model's server answered with ${status}.`);
  const [choice] = isObject(body) && Array.isArray(body.choices) ? body.choices : [];
  const text = isObject(choice) ? textField(objectField(choice, "message"), "content").trim() : "";
  if (!isObject(body) || text === "") return failed("The model said nothing.");
  const usage = objectField(body, "usage");
  return {
    kind: "reply",
    text: String(storable(text)),
    model: textField(body, "model") || model,
    inputTokens: Math.trunc(numberField(usage, "prompt_tokens") ?? 0),
    outputTokens: Math.trunc(numberField(usage, "completion_tokens") ?? 0),
    durationMs,
  };
}
