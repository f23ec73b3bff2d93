import type { Config } from "../base/config.ts";
import { numberField, objectField, textField } from "../base/json/fields.ts";
import { isObject, type JsonObject } from "../base/json/json.ts";
import { sanitizeText } from "../base/json/sanitize.ts";
import type { AiResult, HttpResult } from "../chatbot/engine/event.ts";
import type { AiRequest } from "../chatbot/engine/request.ts";
import type { Db } from "../database/db.ts";
import type { GuardedFetch } from "../http/guarded/guarded_fetch.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { notConnected } from "./prepared_request.ts";
import { sendHttpRequest } from "./send_http_request.ts";

export type AiTools = {
  pool: Db;
  keyRing: KeyRing;
  /** For addresses that tenants configured. */
  guarded: GuardedFetch;
  /** For addresses that the operator configured. */
  trusted: GuardedFetch;
  config: Pick<
    Config,
    "AI_BASE_URL" | "AI_API_KEY" | "AI_MODEL" | "AI_TOKENS_PER_DAY" | "AI_TOKENS_PER_CONVERSATION"
  >;
};

/** A larger number of tokens is not plausible: it is treated as an error of the model's server. */
const MOST_TOKENS = 100_000_000;

type Failure = Extract<HttpResult, { kind: "failure" }>;
type ChatMessage = { role: "system" | "user" | "assistant"; content: string };

/**
 * Asks a language model. A request to the operator's model carries the operator's key and counts against the budgets. A
 * request to an address from a graph does neither: the tenant pays for it, and must not receive the operator's key.
 */
export async function askModel(contextId: string, request: AiRequest, tools: AiTools): Promise<AiResult> {
  const { config, pool } = tools;
  const model = request.model ?? config.AI_MODEL;
  if (model === undefined) return notConnected("No language model is connected.");
  const messages = await conversation(contextId, request, pool);
  const question = { ...request, model, messages };
  if (request.baseUrl !== null)
    return readAnswer(await send(question, request.baseUrl, undefined, tools.guarded), model);
  if (config.AI_BASE_URL === undefined) return notConnected("No language model is connected.");

  const reserved = Math.trunc(request.maxTokens) + estimate(messages);
  const reservationId = await reserve(contextId, model, reserved, tools);
  if (!reservationId)
    return { kind: "failure", reason: "budget", message: "The token budget is used up.", durationMs: 0 };
  const result = await send(question, config.AI_BASE_URL, config.AI_API_KEY, tools.trusted);
  // The cost of a request without a response is unknown: the whole reservation stays counted.
  if (result.kind === "response")
    await pool.query("select app_private.record_ai_usage($1, $2)", [
      reservationId,
      tokensUsed(result) ?? reserved,
    ]);
  return readAnswer(result, model);
}

type Question = AiRequest & { model: string; messages: ChatMessage[] };

function send(
  { model, messages, maxTokens, temperature, timeoutMs }: Question,
  baseUrl: string,
  apiKey: string | undefined,
  fetch: GuardedFetch,
): Promise<HttpResult> {
  const body: JsonObject = {
    model,
    messages,
    max_tokens: maxTokens,
    ...(temperature !== null && { temperature }),
  };
  return sendHttpRequest(
    {
      target: { kind: "url" },
      method: "POST",
      url: `${baseUrl.replace(/\/+$/, "")}/chat/completions`,
      query: [],
      headers: apiKey ? [["authorization", `Bearer ${apiKey}`]] : [],
      body: { kind: "json", value: body },
      timeoutMs,
    },
    fetch,
  );
}

/** Reserves tokens before the request, so that parallel requests cannot exceed the budgets. Null when they are used up. */
async function reserve(
  contextId: string,
  model: string,
  tokens: number,
  { config, pool }: AiTools,
): Promise<string | null> {
  if (tokens > MOST_TOKENS) return null;
  const { rows } = await pool.query<{ id: string | null }>(
    "select app_private.reserve_ai_call($1, $2, $3, $4, $5) as id",
    [contextId, model, tokens, config.AI_TOKENS_PER_DAY, config.AI_TOKENS_PER_CONVERSATION],
  );
  return rows[0]?.id ?? null;
}

/** The messages for the model: the system prompt, the conversation's last messages, and the prompt. */
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
       and app_private.is_listed(n.direction, n.origin, n.type, n.content) and n.type not in ('system', 'request_welcome')
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

/** An upper estimate of the tokens of some messages: a token rarely has fewer than three characters. */
function estimate(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 3) + 4, 0);
}

/** The tokens that a response reports; null when it reports none, or an impossible number. */
function tokensUsed({ status, body }: Extract<HttpResult, { kind: "response" }>): number | null {
  if (status < 200 || status > 299) return 0;
  const usage = isObject(body) ? objectField(body, "usage") : {};
  const [input, output] = [numberField(usage, "prompt_tokens"), numberField(usage, "completion_tokens")];
  if (input === undefined || output === undefined || input < 0 || output < 0) return null;
  const used = Math.trunc(input + output);
  return used > 0 && used <= MOST_TOKENS ? used : null;
}

function readAnswer(result: HttpResult, model: string): AiResult {
  if (result.kind === "failure") return result;
  const { body, status, durationMs } = result;
  const failed = (message: string): Failure => ({ kind: "failure", reason: "network", message, durationMs });
  if (status < 200 || status > 299) return failed(`The model's server responded with status ${status}.`);
  const [choice] = isObject(body) && Array.isArray(body.choices) ? body.choices : [];
  const text = isObject(choice) ? textField(objectField(choice, "message"), "content").trim() : "";
  if (!isObject(body) || text === "") return failed("The model's response contains no text.");
  const usage = objectField(body, "usage");
  return {
    kind: "reply",
    text: sanitizeText(text),
    model: textField(body, "model") || model,
    inputTokens: countOf(usage, "prompt_tokens"),
    outputTokens: countOf(usage, "completion_tokens"),
    durationMs,
  };
}

function countOf(usage: JsonObject, name: string): number {
  return Math.trunc(Math.min(Math.max(numberField(usage, name) ?? 0, 0), MOST_TOKENS));
}
