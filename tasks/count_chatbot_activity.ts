import type { WorkerContext } from "../src/process/worker_context.ts";

const BATCH = 10_000;

/** Every minute: adds the activity that chatbots' turns have recorded to the statistics. */
export default ({ pool }: Pick<WorkerContext, "pool">) =>
  async (): Promise<void> => {
    for (let taken = BATCH; taken === BATCH; ) {
      const { rows } = await pool.query("select app_private.roll_up_chatbot_activity($1) as taken", [BATCH]);
      taken = rows[0].taken;
    }
  };
