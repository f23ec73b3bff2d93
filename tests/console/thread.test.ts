import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page, Route } from "playwright-core";
import { anActiveChatbot } from "../support/support_bot.ts";
import { NO_BROWSER } from "./support/browser.ts";
import { startConsole, type TestConsole } from "./support/console.ts";

/** A conversation as an agent sees it, while the customer uses the phone. */

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A busy machine draws slowly; nothing here waits for time to pass. */
const TIMEOUT_MS = 30_000;

let console: TestConsole;
before(async () => {
  if (!NO_BROWSER) console = await startConsole();
});
after(() => console?.stop());

async function open(name: string, customer: string): Promise<Page> {
  const page = await console.open(name, "agent", `inbox/${await idOf(customer)}`);
  page.setDefaultTimeout(TIMEOUT_MS);
  return page;
}

/** The conversation with the customer of this name, as soon as it is stored. */
async function idOf(name: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { rows } = await console.office.database.pool.query(
      "select c.id from app_public.conversations c join app_public.contacts p on p.id = c.contact_id where p.profile_name = $1",
      [name],
    );
    if (rows[0]) return rows[0].id;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`There is no conversation with ${name}`);
}

/** The messages of the open thread, from top to bottom: their texts without times. */
async function bubbles(page: Page): Promise<string[]> {
  const texts = await page.locator(".message .bubble").allInnerTexts();
  return texts.map((text) =>
    text
      .replace(/\d\d:\d\d/g, "")
      .replace(/(Waiting to be sent|Being sent|Sent|Delivered|Read)$/m, "")
      .split(/\s*\n\s*/)
      .filter(Boolean)
      .join(" | ")
      .trim(),
  );
}

async function waitForBubbles(page: Page, expected: string[]): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  let seen = await bubbles(page);
  while (seen.join("\n") !== expected.join("\n")) {
    if (Date.now() > deadline) assert.deepEqual(seen, expected);
    await page.waitForTimeout(50);
    seen = await bubbles(page);
  }
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

/** How often a text was stored for the customer. */
async function countOf(text: string): Promise<number> {
  const { rows } = await console.office.database.pool.query(
    "select count(*)::int as messages from app_public.messages where content ->> 'body' = $1",
    [text],
  );
  return rows[0].messages;
}

test("what the customer writes, quotes, reacts to, edits and sends is seen in order", {
  skip: NO_BROWSER,
}, async () => {
  const ann = console.office.customer("Ann");
  const first = ann.say("Hello, *two* cakes");
  const page = await open("Ada", "Ann");
  await waitForBubbles(page, ["Hello, two cakes"]);
  assert.equal(await page.locator(".bubble strong").innerText(), "two");

  await write(page, "Which ones?");
  await waitForBubbles(page, ["Hello, two cakes", "You | Which ones?"]);
  const question = await ann.nextMessage();
  await page.locator(".ticks.delivered").waitFor();
  ann.react(question.wamid, "👍");
  await page.locator(".reactions .chip", { hasText: "👍" }).waitFor();
  const answer = ann.say("Aple", { replyTo: question.wamid });
  await waitForBubbles(page, ["Hello, two cakes", "You | Which ones?", "You | Which ones? | Aple"]);
  ann.edit(answer.wamid, "Apple");
  await waitForBubbles(page, ["Hello, two cakes", "You | Which ones?", "You | Which ones? | Apple | Edited"]);
  ann.sendMedia({ kind: "image", mimeType: "image/png", bytes: PIXEL, caption: "like this" });
  await page.locator(".picture img").waitFor();
  await page.locator(".bubble", { hasText: "like this" }).waitFor();
  ann.read();
  await page.locator(".ticks.read").first().waitFor();

  // The agent reacts, quotes, and takes the reaction back; the earlier text is there.
  const bubble = page.locator(".message", { hasText: "Hello, two cakes" }).first();
  await bubble.hover();
  await bubble.getByRole("button", { name: "React with 👍" }).click();
  await bubble.locator(".reactions .own").click();
  await bubble.locator(".reactions").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Edited" }).click();
  await page.getByRole("dialog").getByText("Aple").waitFor();
  await console.checkAccessibility(page);
  await page.keyboard.press("Escape");
  await page.locator(".picture").click();
  await page.locator(".viewer .stage img").waitFor();
  await page.keyboard.press("Escape");
  ann.revoke(first.wamid);
  await page.locator(".bubble", { hasText: "This message was deleted" }).waitFor();
  await console.checkAccessibility(page);
  console.checkErrors();
});

test("a message is sent once when the connection is cut, and when the answer is lost", {
  skip: NO_BROWSER,
}, async () => {
  console.office.customer("Bo").say("Hi");
  const page = await open("Bea", "Bo");
  await waitForBubbles(page, ["Hi"]);
  await page.context().setOffline(true);
  await write(page, "While offline");
  await page.locator(".unsent", { hasText: "No connection." }).waitFor();
  await page.context().setOffline(false);
  await page.locator(".unsent").waitFor({ state: "detached" });
  await waitForBubbles(page, ["Hi", "You | While offline"]);

  let lost = 0;
  const loseAnswer = async (route: Route) => {
    if (lost > 0 || !route.request().postData()?.includes("ThreadSend")) return route.fallback();
    lost += 1;
    await route.fetch();
    await route.abort();
  };
  await page.route("**/graphql", loseAnswer);
  await write(page, "The answer is lost");
  await page.locator(".unsent").waitFor({ state: "detached" });
  await page.reload();
  await waitForBubbles(page, ["Hi", "You | While offline", "The answer is lost"]);
  assert.deepEqual([lost, await countOf("While offline"), await countOf("The answer is lost")], [1, 1, 1]);
  console.checkErrors();
});

test("a window that closes while somebody types leaves the templates, and the text", {
  skip: NO_BROWSER,
}, async () => {
  const cem = console.office.customer("Cem");
  cem.say("Hi");
  const id = await idOf("Cem");
  await console.office.database.pool.query(
    "update app_public.conversations set window_expires_at = now() + interval '5 minutes' where id = $1",
    [id],
  );
  const page = await open("Cleo", "Cem");
  await page.clock.install();
  await page.reload();
  await page.locator(".composer textarea").fill("I was just about to");
  await page.clock.fastForward("06:00");
  await page.locator(".closed-window", { hasText: "The reply window is closed" }).waitFor();
  await page.getByRole("searchbox", { name: "Search templates" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
  await console.checkAccessibility(page);
  cem.say("Are you there?");
  await page.locator(".composer textarea").waitFor();
  assert.equal(await page.locator(".composer textarea").inputValue(), "I was just about to");
  console.checkErrors();
});

test("an agent takes over from the chatbot, and gives back", { skip: NO_BROWSER }, async () => {
  const { database, workspace } = console.office;
  await anActiveChatbot(database.pool, workspace.tenantId);
  const dan = console.office.customer("Dan");
  dan.say("Hi");
  const page = await open("Dora", "Dan");
  await page.locator(".bubble", { hasText: "What can we do for you?" }).waitFor();
  await page.getByRole("button", { name: "Take over" }).click();
  await page.locator(".state-line", { hasText: "Your team is in charge" }).waitFor();
  await page.locator(".notice-line", { hasText: "Dora took it" }).waitFor();
  await page.keyboard.press("n");
  await write(page, "A note");
  await page.locator(".message.note", { hasText: "A note" }).waitFor();
  await page.getByRole("button", { name: "Give back to the chatbot" }).click();
  await page.locator(".notice-line", { hasText: "Dora gave it back to the chatbot" }).waitFor();
  await page.locator(".state-line", { hasText: "Your team is in charge" }).waitFor({ state: "detached" });
  await console.checkAccessibility(page);
  console.checkErrors();
});
