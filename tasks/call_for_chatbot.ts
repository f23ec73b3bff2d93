import { type IntegrationTools, performRequest } from "../src/integrations/perform_request.ts";
import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/**
 * Sends the request that a run waits for, and passes the result to the run. The request is in the row of the run, which was
 * committed before the job could start; a run that no longer waits for it is left alone.
 */
export default ({
  turns,
  slots,
  ...tools
}: IntegrationTools & Pick<WorkerContext, "turns" | "slots">): Task<"call_for_chatbot"> => {
  const { pool } = tools;

  async function sendAndStore(contextId: string): Promise<void> {
    const { rows } = await pool.query(
      "select waiting from app_public.conversation_contexts where id = $1 and is_active",
      [contextId],
    );
    const event = rows[0] && (await performRequest(contextId, rows[0].waiting, tools));
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
    await slots.run("call_for_chatbot", rows[0].tenant_id, helpers, () => sendAndStore(contextId));
    await turns.drain();
  };
};
