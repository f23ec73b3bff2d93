import type pg from "pg";
import type { Log } from "../base/log.ts";

const LOOK_MS = 10_000;

/** Corrects waiting times that are too far ahead because the database's clock was set back. Returns how many. */
async function correctFutureTimes(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query("select app_private.correct_future_times() as corrected");
  return rows[0].corrected;
}

/** Corrects times every few seconds, and calls `onCorrected` when there were some, because that work may be due. */
export function startTimeCorrection(pool: pg.Pool, log: Log, onCorrected: () => void): { stop(): void } {
  const timer = setInterval(async () => {
    try {
      const corrected = await correctFutureTimes(pool);
      if (corrected === 0) return;
      log.warn({ corrected }, "database clock was set back; waiting times were shortened");
      onCorrected();
    } catch (err) {
      log.debug({ err }, "failed to check waiting times");
    }
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
