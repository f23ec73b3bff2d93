import type pg from "pg";
import { trace } from "../base/trace.ts";
import { readTracesOfReplies } from "../database/message_traces.ts";
import type { Recorded } from "./recorder.ts";

/** Records sends: replies of chatbots in the traces of what they answer, others as traces of their own. */
export async function traceSends(pool: pg.Pool, outcomes: readonly Recorded[]): Promise<void> {
  const traces = await readTracesOfReplies(
    pool,
    outcomes.map(({ row }) => row.message_id),
  );
  for (const { row, channelId, postedAt, answeredAt } of outcomes) {
    const traceId = traces.get(row.message_id);
    trace.record({
      name: "send",
      traceId: traceId ?? row.message_id.replaceAll("-", ""),
      isRoot: traceId === undefined,
      beganAt: performance.timeOrigin + postedAt,
      endedAt: performance.timeOrigin + answeredAt,
      attributes: {
        "parley.channel_id": channelId,
        "parley.message_id": row.message_id,
        "parley.outcome": row.kind,
      },
      ...(row.kind !== "sent" && { error: row.kind }),
    });
  }
}
