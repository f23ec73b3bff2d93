import type { Log } from "../base/log.ts";

/** `all`, `off`, or from which duration on statements are logged, in milliseconds. */
type StatementLogging = "all" | "off" | number;

const LONGEST_TEXT = 2_000;
/** What the signal shows of a process without `LOG_SQL`. */
const SLOW_MS = 200;

/** Which statements this process logs: `LOG_SQL`, until the signal SIGUSR2 changes it. */
class StatementLog {
  /** Statements that take this long are logged. */
  fromMs = Number.POSITIVE_INFINITY;
  #slowMs = SLOW_MS;

  begin(logging: StatementLogging): void {
    if (typeof logging === "number") this.#slowMs = logging;
    this.fromMs = logging === "all" ? 0 : logging === "off" ? Number.POSITIVE_INFINITY : logging;
  }

  /** Changes from off to slow statements, from these to all, and from all to off. */
  next(log: Log): void {
    const { fromMs } = this;
    this.fromMs = fromMs === 0 ? Number.POSITIVE_INFINITY : fromMs === this.#slowMs ? 0 : this.#slowMs;
    log.info(
      { fromMs: this.fromMs === Number.POSITIVE_INFINITY ? null : this.fromMs },
      "statement log changed",
    );
  }

  write(
    log: Log,
    pool: string,
    query: unknown,
    milliseconds: number,
    { code, rowCount }: { code?: string; rowCount?: number | null },
  ): void {
    const { text, name } = typeof query === "string" ? { text: query, name: undefined } : (query as Named);
    log.info(
      {
        pool,
        milliseconds: Math.round(milliseconds * 10) / 10,
        ...(code === undefined ? { rows: rowCount } : { code }),
        ...(name !== undefined && { name }),
        sql: text.replace(/\s+/g, " ").trim().slice(0, LONGEST_TEXT),
      },
      "statement",
    );
  }
}

type Named = { text: string; name?: string };

/** There is one for the process, like the metrics. */
export const statementLog = new StatementLog();

/** Changes the statement log of this process at each SIGUSR2. Windows has no such signal. */
export function changeStatementLogBySignal(log: Log): { stop(): void } {
  const change = () => statementLog.next(log);
  process.on("SIGUSR2", change);
  return { stop: () => process.off("SIGUSR2", change) };
}
