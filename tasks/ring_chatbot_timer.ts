import { z } from "zod";
import type { Program } from "../src/process/worker_context.ts";

const Payload = z.object({ contextId: z.uuid() });

/** A run's timer rings: an event for its chatbot, if the run is still under way. */
export default ({ pool, turns }: Program) =>
  async (payload: unknown): Promise<void> => {
    const { contextId } = Payload.parse(payload);
    await pool.query(
      `insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id)
       select tenant_id, conversation_id, 'timer', id
       from app_public.conversation_contexts
       where id = $1 and is_active`,
      [contextId],
    );
    await turns.drain();
  };
