import type { Command } from "commander";
import { readConfig } from "../../base/config.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { createCommandLog } from "../readable_log.ts";

/** `parley work`: the worker without the API. */
export function work(): Command {
  return define(
    "work",
    "Run the worker: sending, chatbots, timers, maintenance; any number of processes",
    "WORKER_CONCURRENCY=16 parley work",
  ).action(async (options: CommonOptions) => {
    const config = readConfig();
    const log = createCommandLog(config.LOG_LEVEL);
    const { startApplication } = await import("../../process/application.ts");
    const { runUntilSignal } = await import("../../process/shutdown.ts");
    await runUntilSignal(async () => {
      const application = await startApplication({ migrates: false, api: false, worker: true }, config, log);
      const { metricsUrl } = application;
      print(
        options,
        { working: true, metricsUrl },
        metricsUrl === undefined ? "Working" : `Working; metrics at ${metricsUrl}/metrics`,
      );
      return application;
    }, log);
  });
}
