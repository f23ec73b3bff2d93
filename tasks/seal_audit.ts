import type { WorkerContext } from "../src/process/worker_context.ts";

/** Every five minutes: seals new audit entries. The log has each seal, so that a copy of it proves the chain. */
export default ({ pool, log }: Pick<WorkerContext, "pool" | "log">) =>
  async (): Promise<void> => {
    const { rows } = await pool.query<{ number: number | null; hash: string }>(
      "select number, hash from app_private.seal_audit_entries()",
    );
    const { number, hash } = rows[0]!;
    if (number !== null) log.info({ number, hash }, "audit entries were sealed");
  };
