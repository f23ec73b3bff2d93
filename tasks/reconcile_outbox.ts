import type { WorkerContext } from "../src/process/worker_context.ts";

/** Every minute: settles messages of which nobody knows what became, and makes sure that nothing due was forgotten. */
export default ({ pool, sender, turns, log }: Pick<WorkerContext, "pool" | "sender" | "turns" | "log">) =>
  async (): Promise<void> => {
    const { rows } = await pool.query("select * from app_private.reconcile_outbox()");
    const { orphaned, resent, failed } = rows[0];
    if (orphaned + resent + failed > 0) log.warn({ orphaned, resent, failed }, "uncertain messages");
    await turns.drain();
    await sender.drain();
  };
