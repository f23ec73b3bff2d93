import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type BotTalk, botTalkOn } from "../../../support/bot_talk.ts";
import { graphOf } from "../../../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../../support/people.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
let folder: string;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  folder = await mkdtemp(join(tmpdir(), "parley-activate-"));
});
after(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

/** Asks in its own words, and thanks; in some versions what asks is another node. */
const asking = (words: string, node = "ask", triggers: object[] = []) =>
  graphOf(
    {
      start: ["start", { triggers }],
      [node]: ["question", { questionType: "text", content: words, variable: "said" }],
      bye: ["message", { content: `${words} {{said}}!` }],
    },
    [
      ["start", node],
      [node, "bye"],
    ],
  );

type Shop = Workspace & { talk: BotTalk; tenant: string[] };

async function aShop(): Promise<Shop> {
  const workspace = await aWorkspace(database.pool);
  return { ...workspace, talk: botTalkOn(database, workspace), tenant: ["--tenant", workspace.slug] };
}

async function imported({ tenant }: Shop, name: string, graph: object, ...more: string[]): Promise<string> {
  const file = join(folder, "bot.json");
  await writeFile(file, JSON.stringify({ name, ...graph }));
  return (await parley.json<{ id: string }>(["chatbot", "import", file, ...tenant, ...more])).id;
}

/** A shop whose bot has two versions; the second is active, and somebody talks to the first. */
async function twoVersions(secondGraph = asking("Two?")) {
  const shop = await aShop();
  const id = await imported(shop, "Bot", asking("One?"), "--activate");
  const old: Thread = await aConversation(database.pool, shop);
  assert.deepEqual(await shop.talk.say(old, "hi"), ["One?"]);
  await database.pool.query("update app_public.chatbots set nodes = $2, edges = $3 where id = $1", [
    id,
    JSON.stringify(secondGraph.nodes),
    JSON.stringify(secondGraph.edges),
  ]);
  return { ...shop, id, old };
}

const activate = (tenant: string[], ...args: string[]) =>
  parley.json<{ version: number; isNewVersion: boolean; otherRuns: number }>([
    "chatbot",
    "activate",
    "Bot",
    ...tenant,
    ...args,
  ]);

test("runs in progress finish on their version by default", async () => {
  const { talk, tenant, old, ...shop } = await twoVersions();
  const { version, isNewVersion, otherRuns } = await activate(tenant);
  assert.deepEqual([version, isNewVersion, otherRuns], [2, true, 1]);
  assert.deepEqual(await talk.say(old, "a"), ["One? a!"]);
  assert.deepEqual(await talk.say(await aConversation(database.pool, shop), "hi"), ["Two?"]);
});

test("--running-contexts move: runs continue in the new version, on the node they wait at", async () => {
  const { talk, tenant, old } = await twoVersions();
  await activate(tenant, "--running-contexts", "move");
  await talk.takeTurns();
  assert.deepEqual(await talk.say(old, "a"), ["Two? a!"]);
});

test("--running-contexts move: where the new version has no such node, they finish", async () => {
  const { talk, tenant, old } = await twoVersions(asking("Two?", "ask-otherwise"));
  await activate(tenant, "--running-contexts", "move");
  await talk.takeTurns();
  assert.deepEqual(await talk.say(old, "a"), ["One? a!"]);
});

test("--running-contexts restart: runs are started again", async () => {
  const { talk, tenant, old } = await twoVersions();
  await activate(tenant, "--running-contexts", "restart");
  await talk.takeTurns();
  const { rows } = await database.pool.query(
    `select x.status, v.number from app_public.conversation_contexts x
     join app_public.chatbot_versions v on v.id = x.version_id
     where x.conversation_id = $1 order by x.created_at`,
    [old.conversationId],
  );
  assert.deepEqual(rows, [
    { status: "stopped", number: 1 },
    { status: "waiting", number: 2 },
  ]);
  assert.deepEqual(await talk.say(old, "a"), ["Two? a!"]);
});

test("--version goes back, and the draft stays as it is", async () => {
  const { talk, tenant, id, ...shop } = await twoVersions();
  await activate(tenant);
  const back = await activate(tenant, "--version", "1");
  assert.deepEqual([back.version, back.isNewVersion], [1, false]);
  assert.deepEqual(await talk.say(await aConversation(database.pool, shop), "hi"), ["One?"]);
  const listed = await parley.json<{ version: number; is_active: boolean; running: number }[]>([
    "chatbot",
    "versions",
    id,
    ...tenant,
  ]);
  assert.deepEqual(
    listed.map(({ version, is_active, running }) => [version, is_active, running]),
    [
      [2, false, 0],
      [1, true, 2],
    ],
  );
  const { rows } = await database.pool.query(
    "select nodes::text as text from app_public.chatbots where id = $1",
    [id],
  );
  assert.match(rows[0].text, /Two\?/);
  // With errors in the draft, a version that was published may still be taken.
  await database.pool.query("update app_public.chatbots set nodes = '[]' where id = $1", [id]);
  assert.equal((await activate(tenant, "--version", "2")).version, 2);
  assert.match(await parley.failure(["chatbot", "activate", "Bot", ...tenant]), /\(PYGRA\)$/);
});

test("as text: what happens to the runs", async () => {
  const { tenant } = await twoVersions();
  const { stdout, stderr } = await parley([
    "chatbot",
    "activate",
    "Bot",
    ...tenant,
    "--running-contexts",
    "move",
  ]);
  assert.equal(stdout, '"Bot" is active, version 2 (new)\n');
  assert.match(stderr, /runs of other versions: 1; they continue on this version/);
});

test("--no-exclusive: several are active, and their triggers decide", async () => {
  const shop = await aShop();
  const keyword = (word: string) => [{ kind: "keyword", words: [word] }];
  await imported(shop, "Any", asking("Anything?"), "--activate");
  await imported(shop, "Bot", asking("Which size?", "ask", keyword("order")));
  await activate(shop.tenant, "--no-exclusive");
  const say = async (text: string) => shop.talk.say(await aConversation(database.pool, shop), text);
  assert.deepEqual([await say("order"), await say("hello")], [["Which size?"], ["Anything?"]]);
  await activate(shop.tenant);
  assert.deepEqual([await say("order"), await say("hello")], [["Which size?"], []], "now it is alone");
});

test("a deactivated chatbot starts no runs; runs in progress continue", async () => {
  const shop = await aShop();
  await imported(shop, "Bot", asking("One?"), "--activate");
  const thread = await aConversation(database.pool, shop);
  await shop.talk.say(thread, "hi");
  const rests = () => parley.json(["chatbot", "deactivate", "Bot", ...shop.tenant]);
  assert.equal((await rests()).wasActive, true);
  assert.deepEqual(await shop.talk.say(await aConversation(database.pool, shop), "hi"), []);
  assert.deepEqual(await shop.talk.say(thread, "a"), ["One? a!"]);
  assert.equal((await rests()).wasActive, false);
});

test("an error in one line says why a chatbot cannot be activated", async () => {
  const shop = await aShop();
  await imported(shop, "Bot", asking("One?"));
  const failure = (...args: string[]) =>
    parley.failure(["chatbot", "activate", "Bot", ...shop.tenant, ...args]);
  assert.match(await failure("--version", "7"), /There is no version 7.*\(PYNFD\)$/);
  for (const wrong of [
    ["--version", "0"],
    ["--version", "x"],
    ["--running-contexts", "explode"],
  ]) {
    const { code, stdout } = await parley(["chatbot", "activate", "Bot", ...shop.tenant, ...wrong]);
    assert.deepEqual([code, stdout], [1, ""], wrong.join(" "));
  }
  const listed = await parley.json<{ status: string }[]>(["chatbot", "list", ...shop.tenant]);
  assert.deepEqual(
    listed.map(({ status }) => status),
    ["draft"],
  );
});
