import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { NO_BROWSER } from "./support/browser.ts";
import { startConsole, type TestConsole } from "./support/console.ts";

/** From nothing to the results of a campaign, as an admin does it; the sandbox plays Meta and the customers. */

let console: TestConsole;
let page: Page;
before(async () => {
  if (NO_BROWSER) return;
  console = await startConsole();
  page = await console.open("Olive", "admin", "templates");
});
after(() => console?.stop());

const options = { skip: NO_BROWSER };

test("a template is written, with the rules of Meta as one types, and submitted", options, async () => {
  await page.getByRole("button", { name: "New template" }).press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Spring menu");
  await dialog.getByLabel("Language").fill("en");
  await dialog.getByLabel("Category").selectOption("Marketing");
  await console.checkAccessibility(page);
  await page.keyboard.press("Enter");

  const body = page.getByLabel("Body", { exact: true });
  await body.fill("Hello {{name}}");
  await page.getByText("text must not start or end with a variable").first().waitFor();
  const submit = page.getByRole("button", { name: "Submit for review" });
  assert.ok(await submit.isDisabled());
  await body.fill("Hello {{name}}, our *spring menu* is here");
  await page.getByText("must have an example").first().waitFor();
  await page.getByLabel("{{name}}").fill("Ann");
  await page.getByText("Meta’s rules are kept").waitFor();
  const preview = page.getByRole("figure", { name: "Preview" });
  assert.equal(await preview.innerText(), "Hello Ann, our spring menu is here");
  await page.getByText("Saved", { exact: true }).waitFor();
  await console.checkAccessibility(page);
  await submit.press("Enter");
  await page.getByText("Approved", { exact: true }).waitFor();
  await page.getByText("Accepted by Meta").waitFor();
});

test("a segment counts its contacts while it is built", options, async () => {
  const { database, workspace } = console.office;
  await database.pool.query(
    `with tag as (insert into app_public.tags (tenant_id, name) values ($1, 'VIP') returning id),
     contact as (
       insert into app_public.contacts (tenant_id, name, phone)
       select $1, name, phone from unnest($2::text[], $3::text[]) c (name, phone) returning id, name
     )
     insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
     select $1, c.id, t.id from contact c, tag t where c.name <> 'Carl'`,
    [workspace.tenantId, ["Ada", "Bob", "Carl"], ["+447700900001", "+447700900002", "+447700900003"]],
  );
  await page.getByRole("link", { name: "Audiences" }).press("Enter");
  await page.getByRole("button", { name: "New segment" }).press("Enter");
  await page.getByText("3 contacts").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("VIPs");
  await page.getByLabel("Add condition").selectOption("Tag");
  await page.getByText("Complete the conditions").waitFor();
  await page.getByLabel("Tag: Value").selectOption("VIP");
  await page.getByText("2 contacts").waitFor();
  await page.getByRole("button", { name: "Not", exact: true }).press("Enter");
  await page.getByText("1 contact", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Not", exact: true }).press("Enter");
  await console.checkAccessibility(page);
  await page.getByRole("button", { name: "As JSON" }).press("Enter");
  const json = JSON.parse(await page.getByLabel("The filter as JSON").inputValue());
  assert.equal(json.all[0].field, "tag");
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByRole("heading", { name: "VIPs" }).waitFor();
});

test("a campaign is made in four steps, started, and shows its results", options, async () => {
  await page.getByRole("link", { name: "Campaigns" }).press("Enter");
  await page.getByRole("button", { name: "New campaign" }).press("Enter");
  await page.getByRole("dialog").getByLabel("Name").fill("Spring");
  await page.keyboard.press("Enter");
  await page.getByLabel("VIPs").press("Space");
  await page.getByText("2 contacts").waitFor();
  await page.getByRole("button", { name: "Next: Message" }).press("Enter");
  await page.getByLabel("Template", { exact: true }).selectOption("spring_menu");
  await page.getByLabel("Insert a field of the contact into Value of {{name}}").selectOption("Name");
  await page.getByText("Hello ‹there›, our spring menu is here").waitFor();
  await console.checkAccessibility(page);
  await page.getByRole("button", { name: "Next: Delivery" }).press("Enter");
  await page.getByLabel("Messages per minute").fill("6000");
  await page.getByRole("button", { name: "Next: Review and start" }).press("Enter");
  await page.getByText("Hello Ada, our *spring menu* is here").waitFor();
  await console.checkAccessibility(page);
  await page.getByRole("button", { name: "Start now" }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Start now" }).press("Enter");
  await page.getByText("Completed", { exact: true }).waitFor();
  // Which of them have been delivered follows within a minute.
  await page.getByRole("img", { name: "2 of 2 sent" }).waitFor();
  assert.equal(await page.getByRole("rowheader").count(), 2);
  await page.getByLabel("State").selectOption("Failed");
  await page.getByText("No recipient matches.").waitFor();
  await console.checkAccessibility(page);
});

test("the figures of the day are a chart, a table and a file", options, async () => {
  await page.getByRole("link", { name: "Figures" }).press("Enter");
  await page.getByRole("link", { name: "Campaigns and prices" }).press("Enter");
  await page.getByRole("rowheader", { name: "Spring" }).waitFor();
  await page.getByRole("link", { name: "Delivery" }).press("Enter");
  await page.getByRole("img", { name: "Outcome by day" }).waitFor();
  await console.checkAccessibility(page);
  const outcome = page.getByRole("region", { name: "Outcome by day", exact: true });
  await outcome.getByRole("button", { name: "Table" }).press("Enter");
  assert.equal(await outcome.getByRole("rowheader").count(), 30);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    outcome.getByRole("button", { name: "CSV" }).press("Enter"),
  ]);
  assert.equal(download.suggestedFilename(), "Outcome by day.csv");
  console.checkErrors();
});
