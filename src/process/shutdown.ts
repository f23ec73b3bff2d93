import type { Log } from "../base/log.ts";

/** The longest time from the first signal to the end of the process; the README promises 10 s. */
const DEADLINE_MS = 9_500;
/** Under npm, Ctrl-C arrives twice, from the terminal and from npm: signals this close together count as one. */
const SAME_WISH_MS = 1_000;

/** A process that can be closed gracefully. */
export type Closable = { close(): Promise<void> };

/**
 * Runs an application until SIGTERM, Ctrl-C or an uncaught error, closes it, and ends the process: with 0 after a
 * signal, with 1 after an error. A second signal, or the deadline, ends it immediately.
 *
 * @param start may be interrupted, too: the application is then closed when `start` returns.
 */
export async function runUntilSignal(start: () => Promise<Closable>, log: Log): Promise<void> {
  const { promise: over, resolve: end } = Promise.withResolvers<0 | 1>();
  let isEnding = false;
  let firstAt = 0;

  const stop = (exitCode: 0 | 1) => {
    isEnding = true;
    setTimeout(() => {
      log.error("graceful shutdown timed out; exiting");
      process.exit(1);
    }, DEADLINE_MS).unref();
    end(exitCode);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (isEnding && Date.now() - firstAt < SAME_WISH_MS) return;
    if (isEnding) process.exit(1);
    firstAt = Date.now();
    log.info({ signal }, "stopping");
    stop(0);
  };
  const onError = (error: unknown) => {
    log.fatal({ err: error }, "uncaught error");
    if (!isEnding) stop(1);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onSignal);
  process.on("uncaughtException", onError);
  process.on("unhandledRejection", onError);

  const running = await start();
  const exitCode = await over;
  await running.close();
  log.info("stopped");
  process.exit(exitCode);
}
