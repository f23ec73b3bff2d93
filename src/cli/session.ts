import type pg from "pg";
import { type Config, readConfig } from "../base/config.ts";
import { ParleyError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { createPool } from "../database/pool.ts";
import { isStandby } from "../database/primary_client.ts";
import { requireCurrentSchema } from "../database/schema_state.ts";
import { statementLog } from "../database/statement_log.ts";
import { openOwnerDatabase } from "../database/urls.ts";
import { createCommandLog } from "./readable_log.ts";

/** What a command works with: a connection as the owner of the database. */
export type Session = { config: Config; log: Log; pool: pg.Pool; ownerUrl: string; isEmbedded: boolean };

/**
 * Runs a command on the database of DATABASE_URL, or on the embedded server, which is started for the duration of the
 * command if it is not running. `needsSchema`: fail unless the schema is current. `readsStandby`: the server may be a standby.
 */
export async function onDatabase<T>(
  work: (session: Session) => Promise<T>,
  { needsSchema = true, readsStandby = false } = {},
): Promise<T> {
  const config = readConfig();
  const isLoggingStatements = config.LOG_SQL !== "off";
  const log = createCommandLog(
    config.LOG_LEVEL === "info" && !isLoggingStatements ? "warn" : config.LOG_LEVEL,
  );
  statementLog.begin(config.LOG_SQL);
  const owner = await openOwnerDatabase(config, log);
  const interrupted = interruption();
  try {
    const pool = createPool(owner.url, "command", { ...config, DATABASE_POOL_SIZE: 4 }, log, {
      isOperator: true,
      isStandby: readsStandby && (await isStandby(owner.url)),
    });
    try {
      const session = { config, log, pool, ownerUrl: owner.url, isEmbedded: owner.isEmbedded };
      const working = (async () => {
        if (needsSchema) await requireCurrentSchema(pool);
        return work(session);
      })();
      return await Promise.race([working, interrupted]);
    } finally {
      await Promise.race([pool.end(), interrupted.catch(() => {})]);
    }
  } finally {
    await owner.release();
  }
}

/** Rejects on Ctrl-C, so that the embedded server is released then, too. */
function interruption(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => reject(new ParleyError("PYTIM", `stopped by ${signal}`)));
  }
  promise.catch(() => {});
  return promise;
}
