import type { WorkerContext } from "../src/process/worker_context.ts";

/** Takes the turns of all conversations in which something waits for a chatbot; what they say is sent as they go. */
export default ({ turns }: Pick<WorkerContext, "turns">) =>
  async (): Promise<void> => {
    await turns.drain();
  };
