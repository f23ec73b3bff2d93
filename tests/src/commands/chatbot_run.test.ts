import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { SimulationResult } from "../../../src/chatbot/simulation/simulation.ts";
import { SUPPORT_BOT } from "../../support/support_bot.ts";
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

test("for a person: the way, the words, the end", async () => {
  const bot = await fileOf("support.json", SUPPORT_BOT);
  const { code, stdout } = await runParley(["chatbot", "run", bot, "--replies", "btn_tech"]);
  assert.equal(code, 0);
  assert.match(stdout, /^start-1 → welcome-msg → main-menu → tech-response → goodbye-msg\n/);
  assert.match(stdout, /\n {2}\[Technical help\]\n/);
  assert.match(stdout, /\ncompleted: flow_completed\n$/);
});

test("what cannot be played is told in a line", async () => {
  const bot = await fileOf("support.json", SUPPORT_BOT);
  assert.match(await failure(join(folder, "missing.json")), /there is no such file \(PYREQ\)/);
  assert.match(await failure(await fileOf("words.json", "words")), /PYGRA/);
  assert.match(await failure(await fileOf("empty.json", {})), /no list of nodes.* \(PYGRA\)/);
  assert.match(await failure(bot, "--http-stub", await fileOf("broken.json", "{")), /is no JSON.* \(PYREQ\)/);
  assert.match(await failure(bot, "--http-stub", await fileOf("text.json", '"text"')), /\(PYREQ\)/);
  assert.match(await failure(bot, "--variables", "[]"), /no JSON object/);
  assert.match(await failure(bot, "--at", "yesterday"), /no instant \(PYREQ\)/);
});
