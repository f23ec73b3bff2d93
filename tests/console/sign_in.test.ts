import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NO_BROWSER } from "./support/browser.ts";
import { signIn, startConsole, type TestConsole } from "./support/console.ts";

/** The way into the console and out of it, in a browser. */

let console: TestConsole;
before(async () => {
  if (!NO_BROWSER) console = await startConsole();
});
after(() => console?.stop());

test("a wrong password is said; the right one leads to the page that was asked for", {
  skip: NO_BROWSER,
}, async () => {
  const { email } = await console.office.employ("Ada", "agent");
  const page = await console.visit("inbox");
  await page.fill("input[type=email]", email);
  await page.fill("input[type=password]", "not the password");
  await page.click("button[type=submit]");
  await page.getByRole("alert").getByText("wrong").waitFor();
  await console.checkAccessibility(page);
  await signIn(page, email);
  assert.equal(new URL(page.url()).pathname, "/console/inbox");
  console.checkErrors();
});
