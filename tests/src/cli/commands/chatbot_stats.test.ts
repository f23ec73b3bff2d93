import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type BotTalk, botTalkOn } from "../../../support/bot_talk.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../../support/people.ts";
import { anActiveChatbot } from "../../../support/support_bot.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
let workspace: Workspace;
let talk: BotTalk;
let chatbotId: string;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  workspace = await aWorkspace(database.pool);
  talk = botTalkOn(database, workspace);
  ({ chatbotId } = await anActiveChatbot(database.pool, workspace.tenantId, undefined, {
    stopKeywords: ["stop"],
  }));
});
after(() => database.drop());

/** The run in a conversation began, and asked its question, that long ago. */
async function timePasses({ conversationId }: Thread, seconds: number): Promise<void> {
  const { rowCount } = await database.pool.query(
    `update app_public.conversation_contexts set
       started_at = started_at - make_interval(secs => $2),
       node_history = (
         select jsonb_agg(jsonb_set(h.visit, '{at}', to_jsonb(
           to_char((h.visit ->> 'at')::timestamptz at time zone 'utc' - make_interval(secs => $2), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
         )) order by h.n)
         from jsonb_array_elements(node_history) with ordinality h (visit, n)
       )
     where conversation_id = $1 and is_active`,
    [conversationId, seconds],
  );
  assert.equal(rowCount, 1);
}

async function someone(seconds: number, said?: string | { id: string; title: string }): Promise<void> {
  const thread = await aConversation(database.pool, workspace);
  await talk.say(thread, "hi");
  await timePasses(thread, seconds);
  if (said !== undefined) await talk.say(thread, said);
}

const stats = (...args: string[]) => ["chatbot", "stats", chatbotId, "--tenant", workspace.slug, ...args];

type Stats = {
  version: number;
  nodes: {
    node: string;
    entered: number;
    left_by: Record<string, number>;
    dropped: number;
    drop_off_percent: number;
    median_seconds: number | null;
  }[];
  outcomes: { status: string; outcome: string; runs: number; median_seconds: number }[];
};

test("before any customer has talked to it", async () => {
  const { code, stdout } = await parley(stats());
  assert.deepEqual([code, stdout], [0, "Version 1\nIt has no runs yet\n"]);
  assert.deepEqual(await parley.json(stats()), { version: 1, nodes: [], outcomes: [] });
});

test("entered, exits, drop-offs, medians and outcomes are those of the runs", async () => {
  const tech = { id: "btn_tech", title: "Technical help" };
  const price = { id: "btn_price", title: "Prices" };
  await someone(60, tech);
  await someone(60, tech);
  await someone(600, price);
  await someone(60, "stop");
  await someone(0);
  const check = async () => {
    const { version, nodes, outcomes } = await parley.json<Stats>(stats());
    assert.equal(version, 1);
    const node = (id: string) => nodes.find((each) => each.node === id);
    assert.deepEqual(
      nodes.map(({ node, entered }) => [node, entered]),
      [
        ["main-menu", 5],
        ["start-1", 5],
        ["welcome-msg", 5],
        ["goodbye-msg", 3],
        ["tech-response", 2],
        ["price-response", 1],
      ],
    );
    const menu = node("main-menu");
    assert.deepEqual(menu?.left_by, { btn_tech: 2, btn_price: 1 });
    assert.deepEqual([menu?.dropped, menu?.drop_off_percent], [1, 20]);
    // Two of three left it after a minute: the bucket of 33 to 66 seconds.
    assert.ok(Math.abs((menu?.median_seconds ?? 0) - 60) < 30, String(menu?.median_seconds));
    assert.deepEqual([node("welcome-msg")?.dropped, node("welcome-msg")?.left_by], [0, { "": 5 }]);
    assert.deepEqual(
      outcomes.map(({ status, outcome, runs }) => [status, outcome, runs]),
      [
        ["completed", "completed", 3],
        ["stopped", "stopped", 1],
      ],
    );
    assert.ok(Math.abs((outcomes[0]?.median_seconds ?? 0) - 60) < 30);
  };
  await check();
  // What turns have left is counted together every minute: nobody sees a difference.
  const { rows } = await database.pool.query("select app_private.roll_up_chatbot_activity() as taken");
  assert.equal(rows[0].taken, 9);
  await check();
});

test("as text: a table of nodes, and one of outcomes", async () => {
  const { code, stdout } = await parley(stats());
  assert.equal(code, 0);
  const lines = stdout.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  assert.equal(lines[0], "Version 1");
  assert.equal(lines[1], "node entered left by dropped drop off percent median seconds");
  assert.match(lines[3] ?? "", /^main-menu 5 (btn_tech 2, btn_price 1|btn_price 1, btn_tech 2) 1 20 \d/);
  assert.ok(
    lines.some((line) => /^welcome-msg 5 \(on\) 5 0 0 0$/.test(line)),
    stdout,
  );
  assert.ok(lines.includes("status outcome runs median seconds"));
  assert.ok(
    lines.some((line) => /^completed completed 3 \d/.test(line)),
    stdout,
  );
});

test("a version has its own figures; one that does not exist is PYNFD", async () => {
  await database.pool.query("select app_private.publish_chatbot($1)", [chatbotId]);
  assert.deepEqual((await parley.json<Stats>(stats())).nodes, [], "the newest");
  assert.equal((await parley.json<Stats>(stats("--version", "1"))).nodes.length, 6);
  assert.match(await parley.failure(stats("--version", "3")), /\(PYNFD\)$/);
  assert.match(await parley.failure(stats("--version", "one")), /\(PYNFD\)$/);
});
