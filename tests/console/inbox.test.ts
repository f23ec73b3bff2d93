import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { NO_BROWSER } from "./support/browser.ts";
import { startConsole, type TestConsole } from "./support/console.ts";

/** The inbox without the conversation itself: what is listed, in which order, and what is done with several. */

let console: TestConsole;
before(async () => {
  if (!NO_BROWSER) console = await startConsole();
});
after(() => console?.stop());

const names = (page: Page) =>
  page
    .locator(".inbox-row .name")
    .allInnerTexts()
    .then((texts) => texts.join(" "));

/** Waits until the list has these rows, from top to bottom. */
async function waitForRows(page: Page, expected: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while ((await names(page)) !== expected) {
    if (Date.now() > deadline) assert.equal(await names(page), expected);
    await page.waitForTimeout(50);
  }
}

/** Messages have whole seconds, and those of one second no order. */
async function nextSecond(page: Page): Promise<void> {
  await page.waitForTimeout(1001 - (Date.now() % 1000));
}

test("the inbox: live order, held still, two agents, several at once, by keyboard, narrow", {
  skip: NO_BROWSER,
}, async () => {
  const [ann, ben, cem] = ["Ann", "Ben", "Cem"].map((name) => console.office.customer(name));
  const ada = await console.open("Ada", "agent", "inbox");
  await ada.getByText("No conversations here").waitFor();
  await console.checkAccessibility(ada);
  ann!.say("one");
  await waitForRows(ada, "Ann");
  await nextSecond(ada);
  ben!.say("two");
  await waitForRows(ada, "Ben Ann");
  await nextSecond(ada);
  cem!.say("a cake, please");
  await waitForRows(ada, "Cem Ben Ann");

  // What comes while the pointer is over the list waits for a click.
  await ada.hover(".inbox-row >> nth=2");
  await nextSecond(ada);
  ann!.say("one more");
  const pill = ada.getByRole("button", { name: "1 new" });
  await pill.waitFor();
  assert.equal(await names(ada), "Cem Ben Ann");
  assert.match(await ada.innerText(".inbox-row >> nth=2"), /one more[\s\S]*2/);
  await pill.click();
  await waitForRows(ada, "Ann Cem Ben");
  await ada.mouse.move(900, 300);

  // The badge and the title say how many conversations have something unread.
  await ada.waitForFunction(() => document.title.startsWith("(3) Inbox"));
  assert.equal(await ada.locator("nav .count [aria-hidden]").innerText(), "3");

  // Two agents take one at the same time: one has it, the other is told.
  const bob = await console.open("Bob", "agent", "inbox");
  await waitForRows(bob, "Ann Cem Ben");
  for (const page of [ada, bob]) await page.keyboard.press("j");
  await Promise.all([ada, bob].map((page) => page.keyboard.press("a")));
  const refused = await Promise.any(
    [ada, bob].map((page) =>
      page
        .getByText("A colleague has")
        .waitFor()
        .then(() => page),
    ),
  );
  const winner = refused === ada ? bob : ada;
  await winner.locator(".inbox-row >> nth=0").getByText("You").waitFor();
  await refused
    .locator(".inbox-row >> nth=0")
    .getByText(refused === ada ? "Bob" : "Ada")
    .waitFor();

  // Several at once, without a mouse.
  for (const key of ["k", "x", "j", "x"]) await ada.keyboard.press(key);
  await ada.getByText("2 selected").waitFor();
  await console.checkAccessibility(ada);
  await ada.keyboard.press("e");
  await ada.getByText("2 conversations closed.").waitFor();
  await Promise.all([ada, bob].map((page) => waitForRows(page, "Ben")));

  // A view and a search, without a mouse.
  await ada.locator(".view-button").focus();
  await ada.keyboard.press("Enter");
  await ada.getByRole("dialog", { name: "View" }).getByText("Mine").focus();
  await ada.keyboard.press("Escape");
  await ada.keyboard.press("/");
  await ada.keyboard.type("cake");
  await ada.getByRole("option").getByText("Cem").waitFor();
  await console.checkAccessibility(ada);
  await ada.keyboard.press("Enter");
  await ada.waitForURL(/inbox\/[0-9a-f-]{36}\?message=/);
  await ada.getByRole("complementary", { name: "Contact" }).getByText("Cem").first().waitFor();
  await console.checkAccessibility(ada);

  // One pane at a time.
  const narrow = await console.open("Eve", "viewer", "inbox", { viewport: { width: 320, height: 640 } });
  await waitForRows(narrow, "Ben");
  const widest = await narrow.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(widest <= 320, `${widest} pixels wide`);
  await console.checkAccessibility(narrow);
  await narrow.click(".inbox-row");
  await narrow.locator(".list-pane").waitFor({ state: "hidden" });
  console.checkErrors();
});
