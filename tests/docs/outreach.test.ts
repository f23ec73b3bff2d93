import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parse } from "postgraphile/graphql";
import { type Api, startApi } from "../api/support/api.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, type Person } from "../support/people.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";
import { type Block, blocksOf, document } from "./document.ts";

/**
 * The page is one story: its operations run one after the other, as an admin. A note beside `graphql` says what comes of it:
 * `name=path` keeps a value of the answer for the variables of later ones, `until=path:value` asks until the answer has that
 * value, and `refused=CODE` is an error.
 */
const blocks = blocksOf(document("docs/outreach.md")).filter(({ language }) => language === "graphql");

let database: TestDatabase;
let program: TestProgram;
let api: Api;
let owner: Person;
const values: Record<string, unknown> = {};

const TEMPLATE = {
  name: "spring_menu",
  language: "en_US",
  category: "MARKETING",
  parameter_format: "NAMED",
  components: [{ type: "BODY", text: "Hello {{name}}, our spring menu is here" }],
} as const;

before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
  const workspace = await program.connectedWorkspace();
  owner = await aPerson(database.pool, workspace.tenantId, "owner");
  program.sandbox.addTemplate(workspace.businessAccountId, {
    ...TEMPLATE,
    components: [...TEMPLATE.components],
  });
  await database.pool.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category, components)
     values ($1, $2, $3, $4, 'approved', 'marketing', $5)`,
    [
      workspace.tenantId,
      workspace.businessAccountId,
      TEMPLATE.name,
      TEMPLATE.language,
      JSON.stringify(TEMPLATE.components),
    ],
  );
  api = await startApi(database);
});

after(async () => {
  await api.close();
  await program.stop();
  await database.drop();
});

/** The value of an answer at a path. */
function at(data: unknown, path: string): unknown {
  return path.split(".").reduce((value, key) => (value as Record<string, unknown>)?.[key], data);
}

async function run({ text, note }: Block): Promise<void> {
  const operation = parse(text).definitions[0];
  const names =
    operation?.kind === "OperationDefinition"
      ? (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [];
  const ask = () => api.ask(owner, text, Object.fromEntries(names.map((name) => [name, values[name]])));
  const [, what = "", is = ""] = /^(\w+)=(\S+)$/.exec(note) ?? [];
  if (what === "refused") {
    assert.equal((await ask()).code, is);
  } else if (what === "until") {
    const [path = "", value] = is.split(":");
    await until(is, async () => at((await ask()).data, path) === value);
  } else {
    const answer = await ask();
    assert.deepEqual(answer.errors, []);
    if (what) values[what] = at(answer.data, is);
    assert.ok(!what || values[what], note);
  }
}

for (const block of blocks) {
  const title = block.text.trim().split("\n", 1)[0];
  test(`docs/outreach.md:${block.line} ${title}`, () => run(block));
}

test("the campaign of the page has reached its customers", async () => {
  const { sent } = program.sandbox.ledger;
  assert.equal(sent.length, 3, "the test, and the two recipients");
  const answer = await api.ask(
    owner,
    `query ($campaign: UUID!) { campaign(id: $campaign) {
       figures { recipients sent failed skipped } } }`,
    { campaign: values.campaign },
  );
  assert.deepEqual(answer.errors, []);
  assert.deepEqual(answer.data.campaign.figures, { recipients: 2, sent: 2, failed: 0, skipped: 0 });
});
