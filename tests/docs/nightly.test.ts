import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { type Api, startApi } from "../api/support/api.ts";
import { temporaryFolder } from "../src/media/temporary_folder.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, anApiKey, aWorkspace, type Thread, type Workspace } from "../support/people.ts";
import { openTransactionsEnded } from "../support/transaction.ts";
import { blocksOf, document, sectionOf } from "./document.ts";

// Runs the program of docs/graphql.md, "A nightly job": its requests everywhere, and itself where there is a Python.

const [PROGRAM] = blocksOf(sectionOf(document("docs/graphql.md"), "### A nightly job"));
const constant = (name: string) => {
  const [, line, lines] =
    new RegExp(`^${name} = (?:"([^"\\n]+)"|"""([^"]+)""")$`, "m").exec(PROGRAM!.text) ?? [];
  return line ?? lines ?? assert.fail(`the program has no ${name}`);
};

/** Three pages. */
const CHANGED = 2_100;

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let thread: Thread;
let key: string;
before(async () => {
  database = await createTestDatabase();
  api = await startApi(database);
  workspace = await aWorkspace(database.pool);
  thread = await aConversation(database.pool, workspace);
  key = (await anApiKey(database.pool, workspace.tenantId, ["read"])).secret;
});
after(async () => {
  await api.close();
  await database.drop();
});

/** What customers do in a day: two thousand new conversations, and a message that counts for the day before. */
async function aDay(): Promise<void> {
  await database.pool.query(
    `with added as (
       insert into app_public.contacts (tenant_id, name) select $1, 'Customer ' || n from generate_series(1, $3::int) n
       returning id
     )
     insert into app_public.conversations (tenant_id, channel_id, contact_id) select $1, $2, id from added`,
    [workspace.tenantId, workspace.channelId, CHANGED],
  );
  await hear(database.pool, workspace, thread, { at: yesterday() });
}

function yesterday(): Date {
  return new Date(Date.now() - 24 * 60 * 60 * 1000);
}

type Report = { day: string; figures: Figures; conversations: { id: string }[] };
type Figures = { messageFigures: { nodes: { direction: string; messages: number }[] } };

/** A run of the program, in this language: its report, and how many requests it takes. */
class Job {
  cursor: string | undefined;
  requests = 0;

  async run(): Promise<Report> {
    this.requests = 0;
    const { changeCursor } = await this.#ask(constant("CURSOR"), {});
    const given = { day: yesterday().toISOString().slice(0, 10), since: this.cursor ?? changeCursor };
    const first = await this.#ask(constant("NIGHTLY"), { ...given, isFirst: true });
    const conversations = first.conversations.nodes;
    let { pageInfo } = first.conversations;
    while (pageInfo.hasNextPage) {
      const more = { ...given, after: pageInfo.endCursor, isFirst: false };
      const page = (await this.#ask(constant("NIGHTLY"), more)).conversations;
      conversations.push(...page.nodes);
      ({ pageInfo } = page);
    }
    this.cursor = changeCursor;
    return { day: given.day, figures: first.currentTenant, conversations };
  }

  async #ask(query: string, variables: object) {
    this.requests += 1;
    const { data, errors, text } = await api.ask(key, query, variables);
    assert.deepEqual(errors, [], text.slice(0, 500));
    return data;
  }
}

function isOfTheDay({ figures, conversations }: Report): void {
  assert.equal(new Set(conversations.map(({ id }) => id)).size, CHANGED + 1, "each conversation, and once");
  assert.ok(conversations.some(({ id }) => id === thread.conversationId));
  const inbound = figures.messageFigures.nodes.filter(({ direction }) => direction === "inbound");
  assert.deepEqual(
    inbound.map(({ messages }) => messages),
    [1],
  );
}

test("a key with the scope read gets the figures and all changed conversations, and so does Python", async (t) => {
  const job = new Job();
  const python = await aPythonJob(t);
  await openTransactionsEnded(database.pool);
  assert.deepEqual((await job.run()).conversations, []);
  assert.deepEqual((await python?.())?.conversations ?? [], []);
  await aDay();
  await openTransactionsEnded(database.pool);
  const report = await job.run();
  isOfTheDay(report);
  assert.ok(job.requests <= 5, `${job.requests} requests`);
  if (python) assert.deepEqual(await python(), report);
  assert.deepEqual((await job.run()).conversations, []);
});

/** The program itself; null where there is no Python. */
async function aPythonJob(t: TestContext): Promise<(() => Promise<Report>) | null> {
  const run = promisify(execFile);
  const hasPython = await run("python3", ["--version"]).then(
    () => true,
    () => false,
  );
  if (!hasPython) return null;
  const cwd = await temporaryFolder(t);
  const env = { ...process.env, PARLEY_URL: api.url, PARLEY_API_KEY: key, TZ: "UTC" };
  return async () => {
    const { stdout } = await run("python3", ["-c", PROGRAM!.text], { cwd, env, maxBuffer: 64_000_000 });
    return JSON.parse(stdout);
  };
}
