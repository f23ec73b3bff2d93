import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { preview } from "../../chatbot/simulation/customer.ts";

/** Something said, in either direction: the Graph API's own object, and its words as a reader sees them. */
export type Spoken = { type: string; content: Json; preview: string };

export function spoken({ type, content }: { type: string; content: Json }): Spoken {
  return { type, content, preview: heardWords(content) ?? preview({ type, content: content as JsonObject }) };
}

/** What a tap or a form says. */
function heardWords(content: Json): string | null {
  if (!isObject(content)) return null;
  const { button_reply, list_reply, nfm_reply } = content;
  for (const reply of [button_reply, list_reply])
    if (isObject(reply)) return `[${String(reply.title ?? reply.id ?? "")}]`;
  return isObject(nfm_reply) ? String(nfm_reply.response_json ?? "") : null;
}

/** Would a customer have noticed no difference? Tokens of forms belong to a run; the order of keys is the database's. */
export function isSame(one: readonly Spoken[], other: readonly Spoken[]): boolean {
  return JSON.stringify(one.map(comparable)) === JSON.stringify(other.map(comparable));
}

function comparable({ type, content }: Spoken): Json {
  return [type, sorted(content)];
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).filter((name) => name !== "flow_token" && value[name] !== undefined);
  return names.sort().map((name) => [name, sorted(value[name] ?? null)]);
}
