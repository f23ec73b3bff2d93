import type { Command } from "commander";
import { readConfig } from "../../base/config.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { createCommandLog } from "../readable_log.ts";

/** `parley serve`: the API without the worker. */
export function serve(): Command {
  return define(
    "serve",
    "Run the API: GraphQL, webhooks, health, metrics; any number of processes",
    "PORT=4001 parley serve",
  ).action(async (options: CommonOptions) => {
    const config = readConfig();
    const log = createCommandLog(config.LOG_LEVEL);
    const { startApplication } = await import("../../process/application.ts");
    const { runUntilSignal } = await import("../../process/shutdown.ts");
    await runUntilSignal(async () => {
      const application = await startApplication({ migrates: false, api: true, worker: false }, config, log);
      print(options, { url: application.url }, `Serving at ${application.url}`);
      return application;
    }, log);
  });
}
