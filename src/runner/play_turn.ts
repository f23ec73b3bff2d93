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

/** However fast somebody types: they are answered after this many times the pause that is waited for. */
const PATIENCE = 5;

/**
 * How many milliseconds a turn waits for more messages; 0: it is played now. Only texts gather: a tap, a picture, or
 * anything else that happens ends the waiting.
 */
function burstDelay(turn: ClaimedTurn, debounceMs: number): number {
  const last = turn.events.at(-1);
  const [first] = turn.events;
  if (debounceMs <= 0 || turn.is_silent || first === undefined || last === undefined) return 0;
  if (!turn.events.every(({ kind, type }) => kind === "message" && type === "text")) return 0;
  if (first.age_ms >= PATIENCE * debounceMs) return 0;
  return Math.max(Math.ceil(debounceMs - last.age_ms), 0);
}
