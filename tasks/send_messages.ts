import type { WorkerContext } from "../src/process/worker_context.ts";

/** Sends what is due in the outbox. The job is a reminder: what to send is in the rows. */
export default ({ sender }: Pick<WorkerContext, "sender">) =>
  async (): Promise<void> => {
    await sender.drain();
  };
