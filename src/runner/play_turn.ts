import type { ClaimedTurn } from "./claimed_turn.ts";
import { PlayedTurn } from "./played_turn.ts";
import { partsOf } from "./turn_parts.ts";
import { nothing, type TurnResult } from "./turn_result.ts";
import type { TurnTools } from "./turn_tools.ts";

/**
 * Plays a turn of a conversation: passes the pending events to the engine, in order, until the budget is used up. Pure: the
 * result is returned as rows. While an agent has the conversation, the chatbot does not handle the customer's messages and
 * sends nothing; events that would make it send are held.
 */
export function playTurn(turn: ClaimedTurn, tools: TurnTools): TurnResult {
  const played = new PlayedTurn(turn, tools);
  const { debounceMs } = played;
  const delayMs = burstDelay(turn, debounceMs);
  // More messages of the burst may follow.
  if (delayMs > 0)
    return { ...nothing([]), bursts: [{ conversation_id: turn.conversation_id, delay_ms: delayMs }] };
  for (const part of partsOf(turn.events, debounceMs > 0, (message) => played.isSignal(message))) {
    // At least one is always played, so that every turn makes progress.
    if (played.hasBegun && tools.budget()) break;
    played.play(part);
  }
  return played.finish();
}

/** The longest wait for a burst, as a multiple of `debounceMs`: contacts who keep typing get an answer, too. */
const LONGEST_BURST = 5;

/**
 * How many milliseconds a turn waits for more messages; 0: it is played now. Only texts are joined: a tap, a picture or any
 * other event ends the wait.
 */
function burstDelay(turn: ClaimedTurn, debounceMs: number): number {
  const last = turn.events.at(-1);
  const [first] = turn.events;
  if (debounceMs <= 0 || turn.is_silent || first === undefined || last === undefined) return 0;
  if (!turn.events.every(({ kind, type }) => kind === "message" && type === "text")) return 0;
  if (first.age_ms >= LONGEST_BURST * debounceMs) return 0;
  return Math.max(Math.ceil(debounceMs - last.age_ms), 0);
}
