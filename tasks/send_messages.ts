import type { Program } from "../src/process/worker_context.ts";

/** Sends what is due in the outbox. The job is a reminder: what to send is in the rows. */
export default ({ sender }: Program) =>
  async (): Promise<void> => {
    await sender.drain();
  };
