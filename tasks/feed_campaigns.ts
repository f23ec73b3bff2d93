import type { WorkerContext } from "../src/process/worker_context.ts";

/** Continues campaigns, and every minute looks for those that are due. The job only wakes the feeder: the rows are the truth. */
export default ({ feeder }: Pick<WorkerContext, "feeder">) =>
  async (): Promise<void> => {
    await feeder.drain();
  };
