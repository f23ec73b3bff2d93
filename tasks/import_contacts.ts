import { runImport } from "../src/imports/run_import.ts";
import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** Applies the rows of an import. A worker that stops leaves the rest to another one. */
export default ({ pool, slots }: Pick<WorkerContext, "pool" | "slots">): Task<"import_contacts"> =>
  async ({ importId }, helpers) => {
    const { rows } = await pool.query<{ tenant_id: string }>(
      "select tenant_id from app_public.imports where id = $1",
      [importId],
    );
    if (!rows[0]) return;
    await slots.run("import_contacts", rows[0].tenant_id, helpers, async () => {
      const { status } = await runImport(pool, importId, { signal: helpers.abortSignal });
      if (status === "running") await pool.query("select app_private.schedule_import($1)", [importId]);
    });
  };
