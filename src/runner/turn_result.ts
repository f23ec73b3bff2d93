import type { Json, JsonObject } from "../base/json/json.ts";
import type { ContactChange } from "../chatbot/engine/effect.ts";
import type { ActivityStep } from "./activity.ts";
import type { ContextRow } from "./claimed_turn.ts";

/** What a turn changes, as rows for app_private.save_chatbot_turns(). */
export type TurnResult = {
  eventIds: string[];
  contexts: ContextRow[];
  replies: { conversation_id: string; type: string; content: Json; metadata: JsonObject }[];
  /** `run_at` null clears the run's timer. */
  timers: { context_id: string; run_at: string | null }[];
  /** Runs that wait for a call to the outside, to be made after commit. */
  calls: { context_id: string }[];
  /** `pause_seconds` null: a run is left, which keeps silent by itself. */
  handoffs: {
    conversation_id: string;
    user_id: string | null;
    team: string | null;
    note: string | null;
    node_id: string;
    pause_seconds: number | null;
  }[];
  contactChanges: { contact_id: string; change: ContactChange }[];
  /** What there is to count. */
  activity: { version_id: string; steps: ActivityStep[] }[];
  /** Conversations whose messages wait for more of them. */
  bursts: { conversation_id: string; delay_ms: number }[];
  /** Events that wait until a person is done with their conversation. */
  holds: { conversation_id: string; event_ids: string[] }[];
  /** Events that are not tried again. */
  setAsides: { event_id: string; reason: string }[];
};

/** The result of a turn that changes nothing but takes these events. */
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
