import type { WorkerContext } from "../src/process/worker_context.ts";

/** Conversations that one transaction locks. */
const BATCH = 200;

/** Every five minutes: closes conversations that have been inactive for as long as their closing rule says. */
export default ({ pool }: Pick<WorkerContext, "pool">) =>
  async (): Promise<void> => {
    for (let closed = BATCH; closed === BATCH; ) {
      const { rows } = await pool.query("select app_private.close_inactive_conversations($1) as closed", [
        BATCH,
      ]);
      closed = rows[0].closed;
    }
  };
