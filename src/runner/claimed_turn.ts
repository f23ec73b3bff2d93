import type { Json, JsonObject } from "../base/json/json.ts";
import type { ChatbotEvent } from "../chatbot/engine/event.ts";

/** Something a chatbot has to react to, as app_private.claim_chatbot_turns() gives it. */
export type ClaimedEvent = {
  id: string;
  kind: ChatbotEvent["kind"] | "move" | "restart";
  /** How long ago it came, by the database's clock. */
  age_ms: number;
  /** The run it is for; null: whatever runs, or a new run. */
  context_id: string | null;
  payload: JsonObject;
  message_id: string | null;
  type: string | null;
  content: Json;
  referral: JsonObject | null;
  /** How many processes have ended while they played it. */
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

/** A locked conversation in which something waits for a chatbot, with all that a turn needs. */
export type ClaimedTurn = {
  tenant_id: string;
  conversation_id: string;
  contact: JsonObject & { id: string; phone: string | null };
  /** A person has the conversation. */
  is_silent: boolean;
  context: ContextRow | null;
  /** The run before, where none is under way. Its reply count goes on: two bots must not restart each other for ever. */
  previous: { version_id: string; replies: { since: string; count: number } } | null;
  /** Nothing that the contact said here came before the first message of this turn. */
  is_first_message: boolean;
  /** The versions that may begin, the oldest chatbot's first. */
  candidate_version_ids: string[] | null;
  events: ClaimedEvent[];
};

/** `now` of the database: what a turn sets to ring is rung by that clock. */
export type TimedTurn = ClaimedTurn & { now: Date };
