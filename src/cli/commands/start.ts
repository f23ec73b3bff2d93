import type { Command } from "commander";
import { readConfig } from "../../base/config.ts";
import { type CommonOptions, define } from "../define.ts";
import { greeting } from "../greeting.ts";
import { print } from "../print.ts";
import { createCommandLog } from "../readable_log.ts";

/** `parley start`: everything in one process. */
export function start(): Command {
  return define(
    "start",
    "Run everything in one process: API, worker, and without DATABASE_URL the embedded database and the sandbox",
    "parley start",
  ).action(async (options: CommonOptions) => {
    const config = readConfig();
    const log = createCommandLog(config.LOG_LEVEL);
    const { startApplication } = await import("../../process/application.ts");
    const { runUntilSignal } = await import("../../process/shutdown.ts");
    await runUntilSignal(async () => {
      const application = await startApplication({ migrates: true, api: true, worker: true }, config, log);
      const { url, signIns } = application;
      print(options, { url, signIns }, greeting(application, config));
      return application;
    }, log);
  });
}
