import type { WorkerContext } from "../src/process/worker_context.ts";

const BATCH = 500;

/** Every minute: ends the snoozes of conversations whose time has come. */
export default ({ pool }: Pick<WorkerContext, "pool">) =>
  async (): Promise<void> => {
    for (let ended = BATCH; ended === BATCH; ) {
      const { rows } = await pool.query("select app_private.end_snoozes($1) as ended", [BATCH]);
      ended = rows[0].ended;
    }
  };
