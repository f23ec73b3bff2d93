import { type CallTools, callFor } from "../src/integrations/call_for.ts";
import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/**
 * Makes the request that a run waits for, and stores the result for its next turn. The request is in the run's row,
 * committed before the job could start; nothing is done when the run has moved on.
 */
export default ({
  turns,
  slots,
  ...tools
}: CallTools & Pick<WorkerContext, "turns" | "slots">): Task<"call_for_chatbot"> => {
  const { pool } = tools;

  async function makeCall(contextId: string): Promise<void> {
    const { rows } = await pool.query(
      "select waiting from app_public.conversation_contexts where id = $1 and is_active",
      [contextId],
    );
    const event = rows[0] && (await callFor(contextId, rows[0].waiting, tools));
    if (!event) return;
    await pool.query(
      `insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id, payload)
       select tenant_id, conversation_id, $3, id, $2
       from app_public.conversation_contexts
       where id = $1 and is_active`,
      [contextId, JSON.stringify(event), event.kind],
    );
  }

  return async ({ contextId }, helpers) => {
    const { rows } = await pool.query<{ tenant_id: string }>(
      "select tenant_id from app_public.conversation_contexts where id = $1 and is_active",
      [contextId],
    );
    if (!rows[0]) return;
    await slots.run("call_for_chatbot", rows[0].tenant_id, helpers, () => makeCall(contextId));
    await turns.drain();
  };
};
