import type pg from "pg";
import { trace } from "../base/trace.ts";
import { readTraces } from "../database/message_traces.ts";
import type { ClaimedTurn } from "./claimed_turn.ts";

/** Records saved turns, in the traces of the messages that they answer. Turns without one (timers) have no trace. */
export async function traceTurns(
  pool: pg.Pool,
  turns: readonly ClaimedTurn[],
  { beganAt, endedAt }: { beganAt: number; endedAt: number },
): Promise<void> {
  const messageIdsOf = ({ events }: ClaimedTurn) => events.flatMap(({ message_id }) => message_id ?? []);
  const traces = await readTraces(pool, turns.flatMap(messageIdsOf));
  for (const turn of turns)
    for (const traceId of new Set(messageIdsOf(turn).flatMap((id) => traces.get(id) ?? [])))
      trace.record({
        name: "turn",
        traceId,
        beganAt,
        endedAt,
        attributes: { "parley.tenant_id": turn.tenant_id, "parley.conversation_id": turn.conversation_id },
      });
}
