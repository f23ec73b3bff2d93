import type { Json, JsonObject } from "../base/json/json.ts";
import type { ChatbotEvent } from "../chatbot/engine/event.ts";

/** An event for a chatbot, as app_private.claim_chatbot_turns() returns it. */
export type ClaimedEvent = {
  id: string;
  kind: ChatbotEvent["kind"] | "move" | "restart";
  /** The age of the event, by the database's clock. */
  age_ms: number;
  /** The run that it is for; null for the active run or a new one. */
  context_id: string | null;
  payload: JsonObject;
  message_id: string | null;
  type: string | null;
  content: Json;
  referral: JsonObject | null;
  /** How many processes have ended while playing it. */
  tries: number;
};

/** A row of app_public.conversation_contexts. */
export type ContextRow = {
  id: string;
  conversation_id: string;
  version_id: string;
  status: string;
  current_node_id: string | null;
  variables: JsonObject;
  node_history: Json;
  node_outputs: Json;
  waiting: Json;
  state: JsonObject;
  outcome: string | null;
  completion_reason: string | null;
  expires_at: string | null;
  started_at: string;
};

/** A locked conversation with events for a chatbot, and all data that the turn needs. */
export type ClaimedTurn = {
  tenant_id: string;
  conversation_id: string;
  contact: JsonObject & { id: string; phone: string | null };
  /** Whether an agent has taken over the conversation. */
  is_silent: boolean;
  context: ContextRow | null;
  /** The previous run, if none is active. Its reply count continues, so that two chatbots cannot restart each other endlessly. */
  previous: { version_id: string; replies: { since: string; count: number } } | null;
  /** Whether the first message of this turn is the contact's first message in the conversation. */
  is_first_message: boolean;
  /** The versions that may start, the oldest chatbot's first. */
  candidate_version_ids: string[] | null;
  events: ClaimedEvent[];
};

/** The database's `now`: timers of the turn are due by that clock. */
export type TimedTurn = ClaimedTurn & { now: Date };
