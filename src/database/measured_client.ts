import type pg from "pg";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import { statementLog } from "./statement_log.ts";

/** As pg's types have it; the pool passes its own options. */
export type ClientClass = NonNullable<pg.PoolConfig["Client"]>;

/** A client that measures its statements, and logs those that `LOG_SQL` asks for: their text, never their values. */
export function measuredClient(base: ClientClass, pool: string, log: Log): ClientClass {
  const seconds = metrics.querySeconds.labels({ pool });

  function finish(query: unknown, began: number, outcome: { code?: string; rowCount?: number | null }): void {
    const milliseconds = performance.now() - began;
    seconds.observe(milliseconds / 1000);
    if (milliseconds >= statementLog.fromMs) statementLog.write(log, pool, query, milliseconds, outcome);
  }

  return class MeasuredClient extends base {
    // biome-ignore lint/suspicious/noExplicitAny: pg overloads query() in eight ways, and all begin with the query
    override query(query: any, ...rest: any[]): any {
      // A query that reads its own messages, such as a copy.
      if (typeof query?.submit === "function") return super.query(query, ...rest);
      const began = performance.now();
      const last = rest.length - 1;
      const callback = rest[last];
      if (typeof callback === "function") {
        rest[last] = (error: (Error & { code?: string }) | null, result: pg.QueryResult) => {
          finish(query, began, error ?? result);
          callback(error, result);
        };
        return super.query(query, ...rest);
      }
      const running = super.query(query, ...rest);
      running.then(
        (result: pg.QueryResult) => finish(query, began, result),
        (error: Error & { code?: string }) => finish(query, began, error),
      );
      return running;
    }
  };
}
