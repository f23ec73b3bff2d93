import type { Program } from "../src/program.ts";

/** Takes the turns of all conversations in which something waits for a chatbot, and sends what they say. */
export default ({ turns, sender }: Program) =>
  async (): Promise<void> => {
    await turns.drain();
    // The replies have a job of their own; being here already is quicker.
    await sender.drain();
  };
