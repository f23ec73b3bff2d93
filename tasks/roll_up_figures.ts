import type { WorkerContext } from "../src/process/worker_context.ts";

const BATCH = 10_000;

/** Every minute: adds the changes that messages and statuses have recorded to the daily figures. */
export default ({ pool }: Pick<WorkerContext, "pool">) =>
  async (): Promise<void> => {
    for (let taken = BATCH; taken >= BATCH; ) {
      const { rows } = await pool.query("select app_private.roll_up_figures($1) as taken", [BATCH]);
      taken = rows[0].taken;
    }
  };
