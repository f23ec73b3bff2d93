import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Chromium is installed: `CHROMIUM`, or where Debian, Google and macOS put it. */
const PLACES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const executablePath = PLACES.find((path) => path !== undefined && existsSync(path));

/** For `test(name, { skip: NO_BROWSER }, …)`: the reason why tests in a browser cannot run here; false if they can. */
export const NO_BROWSER: string | false =
  executablePath === undefined && "no Chromium is installed; CHROMIUM may name its path";

export function launchBrowser(): Promise<Browser> {
  // Its own sandbox does not work for root.
  return chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
}
