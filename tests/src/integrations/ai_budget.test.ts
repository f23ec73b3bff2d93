import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readConfig } from "../../../src/base/config.ts";
import type { AiResult } from "../../../src/chatbot/engine/event.ts";
import { createGuardedFetch } from "../../../src/http/guarded/guarded_fetch.ts";
import { askModel } from "../../../src/integrations/ask_model.ts";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { testKeyRing } from "../../support/program.ts";
import { type StandIn, standIn } from "../../support/stand_in.ts";

/** The budget is for what the operator pays: nobody but the operator's own model server has a say in what was used. */

let shell: ChatbotShell;
let operators: StandIn;
let tenants: StandIn;
before(async () => {
  shell = await chatbotShell();
  operators = await standIn();
  tenants = await standIn();
});
after(async () => {
  await operators.close();
  await tenants.close();
  await shell.close();
});

const answering =
  (usage: unknown, content = "ok") =>
  () => ({
    status: 200,
    body: { model: "m", choices: [{ message: { content } }], usage },
  });

const aThread = () =>
  shell.aThread(graphOf({ start: ["start"], ask: ["question", { question: "?" }] }, [["start", "ask"]]));

async function ask(thread: ChatbotThread, baseUrl: string | null = null, maxTokens = 100): Promise<AiResult> {
  const run = await thread.run();
  const request = { model: null, system: "", prompt: "hi", historyMessages: 0, temperature: null };
  return askModel(
    run.id,
    { ...request, baseUrl, maxTokens, timeoutMs: 2000 },
    {
      pool: shell.database.pool,
      keyRing: testKeyRing,
      guarded: createGuardedFetch({ allowedHosts: [new URL(tenants.url).host] }),
      trusted: createGuardedFetch({ allowedHosts: [new URL(operators.url).host] }),
      config: readConfig({
        AI_BASE_URL: operators.url,
        AI_API_KEY: "k3y",
        AI_MODEL: "m",
        AI_TOKENS_PER_DAY: "1000",
        AI_TOKENS_PER_CONVERSATION: "1000",
      }),
    },
  );
}

async function spent({ tenantId }: ChatbotThread): Promise<number> {
  const [row] = await shell.query(
    "select coalesce(sum(tokens), 0)::int as spent from app_private.ai_calls where tenant_id = $1",
    tenantId,
  );
  return row.spent;
}

async function begun(): Promise<ChatbotThread> {
  const thread = await aThread();
  await thread.say("hello");
  return thread;
}

test("a server of the tenant's own neither draws on the budget nor credits it", async () => {
  const thread = await begun();
  for (const usage of [
    { prompt_tokens: -1_000_000_000, completion_tokens: 0 },
    { prompt_tokens: 1e15, completion_tokens: 1e300 },
    { prompt_tokens: 40, completion_tokens: 2 },
    undefined,
  ]) {
    tenants.answer = answering(usage);
    const answer = await ask(thread, tenants.url);
    assert.equal(answer.kind, "reply");
    assert.ok(answer.kind === "reply" && answer.inputTokens >= 0 && answer.outputTokens >= 0);
    assert.equal(await spent(thread), 0);
  }
  assert.equal(tenants.asked.at(-1)?.headers.authorization, undefined);
});

test("what the operator's model says it used counts, unless it makes no sense: then what was reserved does", async () => {
  for (const [usage, expected] of [
    [{ prompt_tokens: 9, completion_tokens: 4 }, (used: number) => used === 13],
    [{ prompt_tokens: -500, completion_tokens: 4 }, (used: number) => used >= 100],
    [{ prompt_tokens: "NaN", completion_tokens: {} }, (used: number) => used >= 100],
    [{ prompt_tokens: 0, completion_tokens: 0 }, (used: number) => used >= 100],
    [{ prompt_tokens: 1e300, completion_tokens: 1e300 }, (used: number) => used >= 100],
    [null, (used: number) => used >= 100],
    ["many", (used: number) => used >= 100],
  ] as [unknown, (used: number) => boolean][]) {
    const thread = await begun();
    operators.answer = answering(usage);
    assert.equal((await ask(thread)).kind, "reply");
    assert.ok(expected(await spent(thread)), `${JSON.stringify(usage)}: ${await spent(thread)}`);
  }
});

test("an answer without words was paid for as well; a refusal was not", async () => {
  const thread = await begun();
  operators.answer = answering({ prompt_tokens: 30, completion_tokens: 70 }, "");
  assert.equal((await ask(thread)).kind, "failure");
  assert.equal(await spent(thread), 100);
  operators.answer = () => ({ status: 400, body: {} });
  assert.equal((await ask(thread)).kind, "failure");
  assert.equal(await spent(thread), 100);
});

test("a question larger than any budget is refused, not an error", async () => {
  const thread = await begun();
  for (const maxTokens of [1e12, 2 ** 31, 1000.5]) {
    const answer = await ask(thread, null, maxTokens);
    assert.ok(answer.kind === "failure" && answer.reason === "budget", String(maxTokens));
  }
});

test("deleting a contact does not give the budget back", async () => {
  const thread = await begun();
  operators.answer = answering({ prompt_tokens: 500, completion_tokens: 100 });
  await ask(thread);
  await shell.query("delete from app_public.contacts where id = $1", thread.contactId);
  assert.equal(await spent(thread), 600);
  await shell.query("delete from app_public.tenants where id = $1", thread.tenantId);
  assert.equal(await spent(thread), 0);
});

test("the database refuses negative numbers of tokens", async () => {
  const thread = await begun();
  await assert.rejects(
    shell.query(
      "insert into app_private.ai_calls (tenant_id, model, tokens) values ($1, 'm', -1)",
      thread.tenantId,
    ),
    { constraint: "ai_calls_tokens_not_negative" },
  );
});
