import type { WorkerContext } from "../src/process/worker_context.ts";

const BATCH = 100;

/** Sends the scheduled messages that are due, a batch at a time, of which every tenant has a share. */
export default ({ pool }: Pick<WorkerContext, "pool">) =>
  async (): Promise<void> => {
    for (let found = 1; found > 0; ) {
      const { rows } = await pool.query("select app_private.send_scheduled_messages($1) as found", [BATCH]);
      found = rows[0].found;
    }
  };
