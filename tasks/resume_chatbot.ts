import { z } from "zod";
import type { Program } from "../src/process/worker_context.ts";

const Payload = z.object({ conversationId: z.uuid() });

/** The pause after a person's message is over: the chatbot goes on, or ends, as its settings say. */
export default ({ pool, turns }: Program) =>
  async (payload: unknown): Promise<void> => {
    const { conversationId } = Payload.parse(payload);
    await pool.query("select app_private.resume_chatbot($1)", [conversationId]);
    await turns.drain();
  };
