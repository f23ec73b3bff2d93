import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";
import { completeErasure } from "../src/retention/complete_erasure.ts";

/** Removes an erased person from webhook bodies and imported files. */
export default ({
  pool,
  media,
  slots,
}: Pick<WorkerContext, "pool" | "media" | "slots">): Task<"complete_erasure"> =>
  async ({ erasureId }, helpers) => {
    const { rows } = await pool.query<{ tenant_id: string }>(
      "select tenant_id from app_public.erasures where id = $1",
      [erasureId],
    );
    if (!rows[0]) return;
    await slots.run("complete_erasure", rows[0].tenant_id, helpers, () =>
      completeErasure(pool, media, erasureId),
    );
  };
