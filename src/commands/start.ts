import type { Command } from "commander";
import { type CommonOptions, define } from "../cli/define.ts";
import { print } from "../cli/print.ts";
import { createCommandLog } from "../cli/readable_log.ts";
import { readConfig } from "../config.ts";
import { greeting } from "../home/greeting.ts";

/** `parley start`: everything in one process. */
export function start(): Command {
  return define(
    "start",
    "Run everything in one process: database (unless DATABASE_URL names one), API, worker, sandbox",
    "parley start",
  ).action(async (options: CommonOptions) => {
    const config = readConfig();
    const log = createCommandLog(config.LOG_LEVEL);
    const { startApplication } = await import("../application.ts");
    const { runUntilSignal } = await import("../application/shutdown.ts");
    await runUntilSignal(async () => {
      const application = await startApplication({ migrates: true, api: true, worker: true }, config, log);
      const { url, signIns } = application;
      print(options, { url, signIns }, greeting(application, config));
      return application;
    }, log);
  });
}
