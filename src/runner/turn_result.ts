import type { Json, JsonObject } from "../base/json/json.ts";
import type { ContactChange } from "../chatbot/engine/effect.ts";
import type { ActivityStep } from "./activity.ts";
import type { ContextRow } from "./claimed_turn.ts";

/** The result of a turn, as rows for app_private.save_chatbot_turns(). */
export type TurnResult = {
  eventIds: string[];
  contexts: ContextRow[];
  replies: { conversation_id: string; type: string; content: Json; metadata: JsonObject }[];
  /** `run_at` null clears the run's timer. */
  timers: { context_id: string; run_at: string | null }[];
  /** Runs that wait for a request, which is sent after commit. */
  calls: { context_id: string }[];
  handoffs: {
    conversation_id: string;
    user_id: string | null;
    team: string | null;
    note: string | null;
    node_id: string;
  }[];
  contactChanges: { contact_id: string; change: ContactChange }[];
  /** The counts for statistics. */
  activity: { version_id: string; steps: ActivityStep[] }[];
  /** Conversations whose messages wait for more messages of a burst. */
  bursts: { conversation_id: string; delay_ms: number }[];
  /** Events that are held until an agent gives the conversation back. */
  holds: { conversation_id: string; event_ids: string[] }[];
  /** Events that are set aside and not retried. */
  setAsides: { event_id: string; reason: string }[];
};

/** The result of a turn that only removes these events. */
export function nothing(eventIds: string[]): TurnResult {
  return {
    eventIds,
    contexts: [],
    replies: [],
    timers: [],
    calls: [],
    handoffs: [],
    contactChanges: [],
    activity: [],
    bursts: [],
    holds: [],
    setAsides: [],
  };
}
