import { burstDelay } from "./burst_delay.ts";
import type { ClaimedTurn } from "./claimed_turn.ts";
import { PlayedTurn } from "./played_turn.ts";
import { partsOf } from "./turn_parts.ts";
import { nothing, type TurnResult } from "./turn_result.ts";
import type { TurnTools } from "./turn_tools.ts";

/**
 * Plays a conversation's turn: every waiting event through the engine, in order, until the budget is used up. Pure: what
 * it leads to is returned as rows. While a person has the conversation, the chatbot does not handle the customer's
 * messages, and it says nothing: what would make it speak waits.
 */
export function playTurn(turn: ClaimedTurn, tools: TurnTools): TurnResult {
  const played = new PlayedTurn(turn, tools);
  const { debounceMs } = played;
  const delayMs = burstDelay(turn, debounceMs);
  // The burst may go on.
  if (delayMs > 0)
    return { ...nothing([]), bursts: [{ conversation_id: turn.conversation_id, delay_ms: delayMs }] };
  for (const part of partsOf(turn.events, debounceMs > 0, (message) => played.isSignal(message))) {
    // One is always played, or nothing would ever go on.
    if (played.hasBegun && tools.budget()) break;
    played.play(part);
  }
  return played.finish();
}
