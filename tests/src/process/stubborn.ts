import { createLog } from "../../../src/base/log.ts";
import { runUntilSignal } from "../../../src/process/shutdown.ts";

/** A process that runs until it is told, and then behaves as its argument says. */
const [behaviour = ""] = process.argv.slice(2);
const log = createLog("info");

await runUntilSignal(async () => {
  const isNeverDone = setInterval(() => {}, 1_000);
  if (behaviour === "throws") setTimeout(() => Promise.reject(new Error("nobody caught this")), 100);
  process.stdout.write("running\n");
  return {
    async close() {
      process.stdout.write("closing\n");
      if (behaviour === "hangs") await new Promise(() => {});
      clearInterval(isNeverDone);
    },
  };
}, log);
