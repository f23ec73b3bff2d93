import type { JobPayload } from "../src/jobs/registry.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** A run's timer expires: stores an event for its chatbot, if the run is still in progress. */
export default ({ pool, turns }: Pick<WorkerContext, "pool" | "turns">) =>
  async ({ contextId }: JobPayload<"ring_chatbot_timer">): Promise<void> => {
    await pool.query(
      `insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id)
       select tenant_id, conversation_id, 'timer', id
       from app_public.conversation_contexts
       where id = $1 and is_active`,
      [contextId],
    );
    await turns.drain();
  };
