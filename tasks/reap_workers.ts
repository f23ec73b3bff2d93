import type { Program } from "../src/program.ts";
import { reapDeadWorkers } from "../src/worker_presence.ts";

/** Every minute: frees the jobs of workers that died. */
export default ({ pool, log }: Program) =>
  async (): Promise<void> => {
    await reapDeadWorkers(pool, log);
  };
