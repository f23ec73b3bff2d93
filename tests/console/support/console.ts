import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type Office, PASSWORD, startOffice } from "../../support/inbox/office.ts";
import type { Role } from "../../support/people.ts";
import { launchBrowser } from "./browser.ts";

/** An office whose people work with the console, each in a browser of their own. */
export type TestConsole = {
  office: Office;
  /** A new member, signed in, with a page below /console open. */
  open(name: string, role: Role, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** A browser in which nobody is signed in. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Fails if axe finds something on the page. */
  checkAccessibility(page: Page): Promise<void>;
  /** Fails if a page reported an error: of a script, of the console's log, or of the Content-Security-Policy. */
  checkErrors(): void;
  stop(): Promise<void>;
};

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function startConsole(): Promise<TestConsole> {
  const [office, browser] = await Promise.all([startOffice({ CONSOLE: "true" }), launchBrowser()]);
  const errors: string[] = [];
  const visit: TestConsole["visit"] = async (path, options) => {
    const page = await newPage(browser, errors, options);
    await page.goto(`${office.url}/console/${path}`);
    return page;
  };
  return {
    office,
    visit,
    async open(name, role, path = "", options) {
      const { email } = await office.employ(name, role);
      const page = await visit(path, options);
      await signIn(page, email);
      return page;
    },
    async checkAccessibility(page) {
      await page.evaluate(AXE);
      const findings = await page.evaluate(
        (rules) =>
          (globalThis as never as Axe).axe
            .run("body", { runOnly: rules })
            .then(({ violations }) =>
              violations.map(
                ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
              ),
            ),
        RULES,
      );
      assert.deepEqual(findings, []);
    },
    checkErrors: () => assert.deepEqual(errors, []),
    async stop() {
      await browser.close();
      await office.stop();
    },
  };
}

type Axe = {
  axe: {
    run(
      context: string,
      options: { runOnly: string[] },
    ): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }>;
  };
};

/** Signs in on the page that is shown to strangers, and waits for the console. */
export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.fill("input[type=email]", email);
  await page.fill("input[type=password]", password);
  await page.click("button[type=submit]");
  await page.waitForSelector(".shell");
}

async function newPage(
  browser: Browser,
  errors: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // What a test breaks on purpose, such as a lost connection, is logged by the browser itself.
    if (message.type() === "error" && !/Failed to load resource|WebSocket connection/.test(message.text()))
      errors.push(message.text());
  });
  return page;
}
