import type { WorkerContext } from "../src/process/worker_context.ts";

/** Every minute: records an outcome for messages whose outcome is unknown, and starts sends and turns that are due. */
export default ({ pool, sender, turns, log }: Pick<WorkerContext, "pool" | "sender" | "turns" | "log">) =>
  async (): Promise<void> => {
    const { rows } = await pool.query("select * from app_private.reconcile_outbox()");
    const { orphaned, resent, failed } = rows[0];
    if (orphaned + resent + failed > 0) log.warn({ orphaned, resent, failed }, "uncertain messages");
    await pool.query("select app_private.reconcile_media_uploads(), app_private.reconcile_received_media()");
    await turns.drain();
    await sender.drain();
  };
