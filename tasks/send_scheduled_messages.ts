import type { WorkerContext } from "../src/process/worker_context.ts";

const BATCH = 100;

/** Sends the scheduled messages that are due. */
export default ({ pool }: Pick<WorkerContext, "pool">) =>
  async (): Promise<void> => {
    for (let found = BATCH; found === BATCH; ) {
      const { rows } = await pool.query("select app_private.send_scheduled_messages($1) as found", [BATCH]);
      found = rows[0].found;
    }
  };
