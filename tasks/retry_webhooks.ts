import type { Program } from "../src/program.ts";
import { replayWebhooks } from "../src/webhooks/replay.ts";

const DAY_MS = 24 * 60 * 60_000;

/** Every ten minutes: webhook bodies that could not be applied, a few more times for a day, ever more rarely. */
export default ({ pool, keyRing, log }: Program) =>
  async (): Promise<void> => {
    const result = await replayWebhooks(
      { pool, keyRing, log },
      { status: "failed", since: new Date(Date.now() - DAY_MS), maxAttempts: 7, backsOff: true, limit: 1000 },
    );
    if (result.replayed > 0) log.info(result, "failed webhooks were tried again");
  };
