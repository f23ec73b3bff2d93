import type { JobPayload } from "../src/jobs/registry.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** When the pause after an agent's message is over, the chatbot continues or ends, as its settings say. */
export default ({ pool, turns }: Pick<WorkerContext, "pool" | "turns">) =>
  async ({ conversationId }: JobPayload<"resume_chatbot">): Promise<void> => {
    await pool.query("select app_private.resume_chatbot($1)", [conversationId]);
    await turns.drain();
  };
