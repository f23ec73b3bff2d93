import type { WorkerContext } from "../src/process/worker_context.ts";

/** Takes the turns of all conversations with an event for a chatbot; replies are sent as the turns are committed. */
export default ({ turns }: Pick<WorkerContext, "turns">) =>
  async (): Promise<void> => {
    await turns.drain();
  };
