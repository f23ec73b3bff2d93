import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { NO_BROWSER } from "./support/browser.ts";
import { signIn, startConsole, type TestConsole } from "./support/console.ts";

/** Accounts and settings in a browser: invitations, sessions of several tabs, and the pattern of the settings by keyboard. */

let office: TestConsole;
before(async () => {
  if (!NO_BROWSER) office = await startConsole();
});
after(() => office?.stop());

/** Tests in a browser are skipped where none is installed. */
const IN_BROWSER = { skip: NO_BROWSER };

test("a wrong password is said; the right one leads to the page that was asked for", IN_BROWSER, async () => {
  const { email } = await office.office.employ("Ada", "agent");
  const page = await office.visit("inbox");
  await page.fill("input[type=email]", email);
  await page.fill("input[type=password]", "not the password");
  await page.click("button[type=submit]");
  await page.getByRole("alert").getByText("wrong").waitFor();
  await office.checkAccessibility(page);
  await signIn(page, email);
  assert.equal(new URL(page.url()).pathname, "/console/inbox");
  office.checkErrors();
});

test("who accepts an invitation by its link works in the workspace", IN_BROWSER, async () => {
  const admin = await office.open("Ada", "admin", "settings/people");
  await admin.getByRole("button", { name: "Invite" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("E-mail address").fill("ann@example.com");
  await office.checkAccessibility(admin);
  await dialog.getByRole("button", { name: "Invite" }).click();
  const link = await dialog.getByLabel("Link of the invitation").inputValue();
  await dialog.getByRole("button", { name: "Done" }).click();
  await admin.getByText("ann@example.com").waitFor();

  const ann = await office.visit("");
  await ann.goto(link);
  await ann.getByRole("heading", { name: "Accept the invitation" }).waitFor();
  assert.equal(new URL(ann.url()).search, "", "the token is in no address that a server sees");
  await office.checkAccessibility(ann);
  await ann.getByLabel("Password").fill("password");
  await ann.getByRole("button", { name: "Accept" }).click();
  await ann.getByRole("alert").waitFor();
  await ann.getByLabel("Password").fill("a better horse battery");
  await ann.getByLabel("Your name").fill("Ann");
  await ann.getByRole("button", { name: "Accept" }).click();
  await ann.waitForSelector(".shell");
  await ann.getByRole("button", { name: "Account: Ann" }).waitFor();
  // What an agent may not do is not offered.
  await ann.goto(`${office.office.url}/console/settings/people`);
  await ann.getByText("ann@example.com").waitFor();
  assert.equal(await ann.getByRole("button", { name: "Invite" }).count(), 0);
  assert.equal(await ann.getByRole("link", { name: "API keys" }).count(), 0);
  office.checkErrors();
});

test("one tab renews the token for all, and a sign-out ends all", IN_BROWSER, async () => {
  const first = await office.open("Bob", "admin", "settings/tags");
  await first.getByRole("heading", { name: "Tags" }).waitFor();
  const second = await first.context().newPage();
  await second.goto(`${office.office.url}/console/settings/tags`);
  await second.getByRole("heading", { name: "Tags" }).waitFor();
  let renewals = 0;
  first.context().on("request", (request) => {
    if (request.postData()?.includes("refreshSession(")) renewals += 1;
  });
  await first.evaluate(() => {
    const { localStorage } = globalThis as never as { localStorage: Storage };
    const session = JSON.parse(localStorage.getItem("parley.session")!);
    localStorage.setItem(
      "parley.session",
      JSON.stringify({ ...session, accessTokenExpiresAt: "2020-01-01" }),
    );
  });
  const toTeams = async (page: Page) => {
    await page.getByRole("link", { name: "Teams" }).click();
    await page.getByText("No teams yet").waitFor();
  };
  await Promise.all([toTeams(first), toTeams(second)]);
  assert.equal(renewals, 1);

  await first.evaluate(() => {
    const { localStorage, sessionStorage } = globalThis as never as {
      localStorage: Storage;
      sessionStorage: Storage;
    };
    localStorage.setItem("parley.draft", "of a tenant");
    sessionStorage.setItem("parley.draft", "of a tenant");
  });
  await first.getByRole("button", { name: /Account/ }).click();
  await first.getByRole("menuitem", { name: "Sign out" }).click();
  for (const page of [first, second]) {
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.deepEqual(await leftIn(page), []);
    assert.match(await page.title(), /^Sign in/);
  }
  office.checkErrors();
});

/** What the browser still keeps, beside how the console looks. */
function leftIn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { localStorage, sessionStorage } = globalThis as never as {
      localStorage: Storage;
      sessionStorage: Storage;
    };
    return [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(
      (key) => !key.startsWith("parley.preference."),
    );
  });
}

test("a session that is ended elsewhere ends at once, and says so", IN_BROWSER, async () => {
  const { email } = await office.office.employ("Cem", "agent");
  const here = await office.visit("settings/sessions");
  await signIn(here, email);
  const there = await office.visit("settings/sessions");
  await signIn(there, email);
  await there.getByRole("button", { name: "End all others" }).click();
  await there.getByRole("dialog").getByRole("button", { name: "End all others" }).click();
  await here.getByText("Your session has ended").waitFor();
  assert.deepEqual(await leftIn(here), []);
  await signIn(here, email);
  await here.getByRole("heading", { name: "Sessions" }).waitFor();
  office.checkErrors();
});

test(
  "settings go by keyboard: add, correct, change, delete, and the focus is never lost",
  IN_BROWSER,
  async () => {
    const page = await office.open("Dora", "admin", "");
    await page.waitForSelector(".shell nav");
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    await page.getByRole("link", { name: "Tags" }).press("Enter");
    const add = page.getByRole("button", { name: "New tag" });
    const dialog = page.getByRole("dialog");
    const create = async (name: string) => {
      await add.press("Enter");
      await page.keyboard.type(name);
      await page.keyboard.press("Enter");
    };
    await create("VIP");
    await dialog.waitFor({ state: "detached" });
    await add.and(page.locator(":focus")).waitFor();
    await page.getByRole("button", { name: "VIP", exact: true }).waitFor();

    // A name that is taken is said at the field, which gets the focus.
    await create("vip");
    await dialog.locator(".error").waitFor();
    await dialog.getByLabel("Name").and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "VIP", exact: true }).press("Enter");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("Regular");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Regular", exact: true }).waitFor();
    await dialog.waitFor({ state: "detached" });
    await office.checkAccessibility(page);

    await page.getByRole("button", { name: "Actions for Regular" }).press("Enter");
    await page.getByRole("menuitem", { name: "Edit" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Delete" }).press("Enter");
    await page.getByText("No tags yet").waitFor();
    await page.getByRole("heading", { name: "Tags" }).and(page.locator(":focus")).waitFor();
    office.checkErrors();
  },
);
