import type pg from "pg";
import type { TurnResult } from "./turn_result.ts";

/** Saves the results of turns, in the transaction that claimed them. */
export async function saveTurns(
  client: pg.ClientBase,
  results: readonly TurnResult[],
  takerId: string,
): Promise<void> {
  const all = <K extends keyof TurnResult>(key: K) =>
    JSON.stringify(results.flatMap((result) => result[key] as unknown[]));
  await client.query({
    name: "save_chatbot_turns",
    text: "select app_private.save_chatbot_turns($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    values: [
      results.flatMap(({ eventIds }) => eventIds),
      all("contexts"),
      all("replies"),
      all("timers"),
      all("calls"),
      all("handoffs"),
      all("contactChanges"),
      all("activity"),
      all("bursts"),
      all("holds"),
      all("setAsides"),
      takerId,
    ],
  });
}
