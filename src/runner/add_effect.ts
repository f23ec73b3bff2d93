import type { Effect } from "../chatbot/engine/effect.ts";
import type { ClaimedTurn } from "./claimed_turn.ts";
import type { Run } from "./runnable_version.ts";
import type { TurnResult } from "./turn_result.ts";

/** Adds the rows of an effect of a run to the turn's result. */
export function addEffect(
  result: TurnResult,
  effect: Effect,
  { context: { runId } }: Run,
  turn: ClaimedTurn,
): void {
  switch (effect.kind) {
    case "send":
      result.replies.push({
        conversation_id: turn.conversation_id,
        type: effect.message.type,
        // `messages.content` is always an object, but the engine represents contacts as a list.
        content: Array.isArray(effect.message.content)
          ? { contacts: effect.message.content }
          : effect.message.content,
        metadata: { ...effect.metadata, context_id: runId, node_id: effect.nodeId },
      });
      return;
    case "set_timer":
      result.timers.push({ context_id: runId, run_at: effect.timer.at });
      return;
    case "clear_timer":
      result.timers.push({ context_id: runId, run_at: null });
      return;
    case "http_request":
    case "ai_request":
      result.calls.push({ context_id: runId });
      return;
    case "handoff":
      result.handoffs.push({
        conversation_id: turn.conversation_id,
        user_id: effect.userId,
        team: effect.team,
        note: effect.note,
        node_id: effect.nodeId,
      });
      return;
    case "update_contact":
      result.contactChanges.push({ contact_id: turn.contact.id, change: effect.change });
      return;
    // The context already contains the result of these; log entries are only for traces.
    case "finish":
    case "restart":
    case "log":
      return;
    default:
      effect satisfies never;
  }
}
