import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";
import { type DueChange, sendChange } from "../src/templates/send_change.ts";

/** Makes a change of a template at the provider. */
export default ({
  pool,
  channels,
  media: { storage },
  log,
  slots,
}: Pick<WorkerContext, "pool" | "channels" | "media" | "log" | "slots">): Task<"send_template_change"> =>
  async ({ templateChangeId }, helpers) => {
    const { rows: found } = await pool.query<{ tenant_id: string }>(
      "select tenant_id from app_public.template_changes where id = $1 and state = 'queued'",
      [templateChangeId],
    );
    if (found[0] === undefined) return;
    await slots.run("send_template_change", found[0].tenant_id, helpers, async () => {
      const { rows } = await pool.query<DueChange>("select * from app_private.begin_template_change($1)", [
        templateChangeId,
      ]);
      const [change] = rows;
      if (change === undefined) return;
      const { attempts, max_attempts: maxAttempts } = helpers.job;
      const tools = { pool, channels, storage, signal: helpers.abortSignal };
      const problem = await sendChange(change, attempts >= maxAttempts, tools);
      if (problem === null) return;
      log.warn({ templateChangeId, attempts }, "a template could not be changed yet; it will be tried again");
      throw new Error(`template change: ${problem}`);
    });
  };
