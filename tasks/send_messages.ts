import type { WorkerContext } from "../src/process/worker_context.ts";

/** Sends the due messages of the outbox. The job only wakes the sender: the messages are in the rows. */
export default ({ sender }: Pick<WorkerContext, "sender">) =>
  async (): Promise<void> => {
    await sender.drain();
  };
