import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { GraphNode } from "../../../../src/chatbot/graph/graph.ts";
import { NODE_KINDS } from "../../../../src/chatbot/nodes/registry.ts";
import type { SimulationResult } from "../../../../src/chatbot/simulation/simulation.ts";
import { graphOf } from "../../../support/chatbot_graphs.ts";
import { SUPPORT_BOT } from "../../../support/support_bot.ts";
import { runParley } from "./parley.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-run-"));
});
after(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

async function played(...args: string[]): Promise<SimulationResult> {
  const ran = await runParley(["chatbot", "run", ...args, "--json"]);
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

async function failure(...args: string[]): Promise<string> {
  const ran = await runParley(["chatbot", "run", ...args]);
  assert.equal(ran.code, 1);
  assert.equal(ran.stdout, "");
  assert.match(ran.stderr, /^error: [^\n]+\n/);
  return ran.stderr;
}

/** Asks somebody else first, and greets by what came of it. */
const CALLER = {
  name: "Caller",
  nodes: [
    { id: "start-1", type: "start", data: {} },
    {
      id: "ask",
      type: "rest_api",
      data: { apiUrl: "https://api.example.com/name", apiOutputVariable: "found" },
    },
    { id: "hello", type: "message", data: { content: "Hello {{found.name}}" } },
    { id: "sorry", type: "message", data: { content: "Nobody knows you." } },
    { id: "form", type: "whatsapp_flow", data: { whatsappFlowId: "77", flowOutputVariable: "order" } },
    { id: "bye", type: "message", data: { content: "{{order.size}} it is, {{title}}." } },
  ],
  edges: [
    { source: "start-1", target: "ask" },
    { source: "ask", target: "hello", sourceHandle: "success" },
    { source: "ask", target: "sorry", sourceHandle: "error" },
    { source: "hello", target: "form" },
    { source: "form", target: "bye" },
  ],
};

test("a tap by id, or by title, leads the same way", async () => {
  const bot = await fileOf("support.json", SUPPORT_BOT);
  const result = await played(bot, "--replies", "btn_tech");
  assert.deepEqual(Object.keys(result), ["path", "said", "variables", "outcome", "reason"]);
  assert.deepEqual(result.path, ["start-1", "welcome-msg", "main-menu", "tech-response", "goodbye-msg"]);
  assert.equal(result.said.at(-1), "Thank you, and goodbye.");
  assert.equal(result.variables.menu_selection, "btn_tech");
  assert.equal(result.outcome, "completed");
  assert.equal(result.reason, "flow_completed");
  assert.deepEqual((await played(bot, "--replies", "Technical help")).path, result.path);
});

test("without a reply the run waits, and says for what", async () => {
  const result = await played(await fileOf("support.json", SUPPORT_BOT));
  assert.equal(result.outcome, "waiting");
  assert.equal(result.reason, "waiting_for: answer");
});

test("calls are answered from the stub, a form by an object, variables are given", async () => {
  const bot = await fileOf("caller.json", CALLER);
  const stub = await fileOf("stub.json", { ask: { status: 200, body: { name: "Ann" } } });
  const given = ["--replies", '{"size": "Large"}', "--variables", '{"title": "Ann"}', "--http-stub", stub];
  const result = await played(bot, ...given);
  assert.deepEqual(result.path, ["start-1", "ask", "hello", "form", "bye"]);
  assert.equal(result.said[0], "Hello Ann");
  assert.equal(result.said.at(-1), "Large it is, Ann.");
});

test("a failing call takes the error exit", async () => {
  const stub = await fileOf("down.json", [{ node: "ask", status: 500 }]);
  const { path } = await played(await fileOf("caller.json", CALLER), "--http-stub", stub);
  assert.deepEqual(path, ["start-1", "ask", "sorry"]);
});

/** Every kind of node, one after the other. */
const ALL_KINDS = {
  name: "Everything",
  ...graphOf(
    {
      start: ["start"],
      hello: ["message", { content: "Hello" }],
      name: ["question", { content: "Your name?", variable: "name" }],
      size: [
        "question",
        { questionType: "buttons", content: "Which?", buttons: ["S", "L"], timeoutSeconds: 60 },
      ],
      tag: ["update_contact", { addTags: ["slow"] }],
      greet: ["set_variable", { variable: "greeting", value: "Dear {{name}}" }],
      known: ["condition", { conditionVar: "name", conditionOp: "eq", conditionVal: "Ann" }],
      call: ["rest_api", { apiUrl: "https://api.example.com/", apiOutputVariable: "api" }],
      source: ["data_source", { connectionId: "c1", outputVariable: "rows" }],
      calendar: ["google_calendar", { calendarAction: "get_today_events" }],
      form: ["whatsapp_flow", { whatsappFlowId: "77", flowOutputVariable: "form" }],
      nap: ["delay", { delay: 3, delayUnit: "days" }],
      pay: ["subflow", { chatbotId: "pay", outputs: { paid: "paid" } }],
      split: ["ab_split", { variants: [{ id: "only", weight: 1 }] }],
      callback: ["wait_for_callback", { variable: "called" }],
      person: ["handoff", { content: "A person comes." }],
      model: ["ai_reply", { aiPrompt: "Say goodbye" }],
      over: ["jump", { targetNodeId: "end" }],
      end: ["end", { content: "{{greeting}}: {{form.size}}, {{paid}}, {{called.ok}}", outcome: "sold" }],
    },
    [
      ["start", "hello"],
      ["hello", "name"],
      ["name", "size"],
      ["size", "tag", "timeout"],
      ["tag", "greet"],
      ["greet", "known"],
      ["known", "call", "true"],
      ["call", "source", "success"],
      ["source", "calendar", "success"],
      ["calendar", "form", "success"],
      ["form", "nap"],
      ["nap", "pay"],
      ["pay", "split"],
      ["split", "callback", "only"],
      ["callback", "person", "received"],
      ["person", "model", "returned"],
      ["model", "over", "success"],
    ],
  ),
};
const PAY = {
  name: "Pay",
  ...graphOf({ start: ["start"], how: ["question", { content: "How?", variable: "paid" }] }, [
    ["start", "how"],
  ]),
};

test("every kind of node is played from the command line", async () => {
  const replies = ["Ann", "@wait 2 minutes", '{"size": "L"}', "in cash", '{"ok": true}', "@return"];
  const stub = await fileOf("all.json", { calendar: { items: [] }, model: { text: "Goodbye!" } });
  const bots = [await fileOf("everything.json", ALL_KINDS), await fileOf("pay.json", PAY)];
  const result = await played(
    ...bots,
    "--http-stub",
    stub,
    ...replies.flatMap((reply) => ["--replies", reply]),
  );
  const kinds = new Set(
    ALL_KINDS.nodes
      .filter((node) => result.path.includes((node as GraphNode).id))
      .map((node) => (node as GraphNode).type),
  );
  assert.deepEqual([...kinds].sort(), NODE_KINDS.names.sort());
  assert.deepEqual(result.said.slice(-3), ["A person comes.", "Goodbye!", "Dear Ann: L, in cash, true"]);
  assert.deepEqual([result.outcome, result.reason], ["sold", "flow_completed"]);
  assert.equal(
    result.path.filter((id) => id === "start").length,
    2,
    "the subflow's nodes are on the way too",
  );
});

test("graphs that are called are found in the file itself, too; one that is nowhere ends the run", async () => {
  const calling = (chatbotId: string, more: object = {}) => ({
    version: "1.0",
    chatbot: {
      name: "Caller",
      ...graphOf({ start: ["start"], call: ["subflow", { chatbotId }] }, [["start", "call"]]),
    },
    ...more,
  });
  const embedded = calling("p", { subflows: [{ ...PAY, chatbotId: "p" }] });
  assert.deepEqual((await played(await fileOf("embedded.json", embedded))).said, ["How?"]);
  const { reason } = await played(await fileOf("nowhere.json", calling("gone")));
  assert.equal(reason, "missing_subflow: gone");
});

test("as text: the path, the messages, the outcome", async () => {
  const bot = await fileOf("support.json", SUPPORT_BOT);
  const { code, stdout } = await runParley(["chatbot", "run", bot, "--replies", "btn_tech"]);
  assert.equal(code, 0);
  assert.match(stdout, /^start-1 → welcome-msg → main-menu → tech-response → goodbye-msg\n/);
  assert.match(stdout, /\n {2}\[Technical help\]\n/);
  assert.match(stdout, /\ncompleted: flow_completed\n$/);
});

test("an error in one line says why a chatbot cannot be played", async () => {
  const bot = await fileOf("support.json", SUPPORT_BOT);
  assert.match(await failure(join(folder, "missing.json")), /there is no such file \(PYREQ\)/);
  assert.match(await failure(await fileOf("words.json", "words")), /PYGRA/);
  assert.match(await failure(await fileOf("empty.json", {})), /`nodes` must be a list.* \(PYGRA\)/);
  assert.match(
    await failure(bot, "--http-stub", await fileOf("broken.json", "{")),
    /is not valid JSON.* \(PYREQ\)/,
  );
  assert.match(await failure(bot, "--http-stub", await fileOf("text.json", '"text"')), /\(PYREQ\)/);
  assert.match(await failure(bot, "--variables", "[]"), /must be a JSON object/);
  assert.match(await failure(bot, "--at", "yesterday"), /is not a valid time \(PYREQ\)/);
});
