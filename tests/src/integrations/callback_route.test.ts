import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Router } from "express";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { type RunningServer, startServer } from "../../../src/http/server.ts";
import { callbackAddress, isCallbackToken } from "../../../src/integrations/callback_address.ts";
import { callbackRoute } from "../../../src/integrations/callback_route.ts";
import { keyRing } from "../../../src/secrets/key_ring.ts";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { testKeyRing } from "../../support/program.ts";
import { type StandIn, standIn } from "../../support/stand_in.ts";

/** `POST /callbacks/<run id>/<token>`, from the socket to the run's variables. */

let shell: ChatbotShell;
let server: RunningServer;
let service: StandIn;
const logged: string[] = [];
before(async () => {
  shell = await chatbotShell();
  service = await standIn();
  const log = createLog("debug", { write: (line: string) => void logged.push(line) });
  const none = Router();
  server = await startServer(
    {
      home: none,
      health: none,
      metrics: none,
      account: Router(),
      webhooks: none,
      callbacks: callbackRoute({ pool: shell.database.pool, keyRing: testKeyRing, log }),
      media: none,
      imports: none,
      exports: none,
      graphql: { mount: () => undefined },
    },
    readConfig({ PORT: "0", NODE_ENV: "test" }),
    log,
  );
});
after(async () => {
  server.stopAccepting();
  await server.drain(0);
  await service.close();
  await shell.close();
});

const GRAPH = graphOf(
  {
    start: ["start"],
    wait: ["wait_for_callback", { variable: "paid" }],
    bye: ["message", { content: "Paid {{paid.sum}}" }],
  },
  [
    ["start", "wait"],
    ["wait", "bye"],
  ],
);

/** A run that waits to be called back. */
async function aRun(): Promise<ChatbotThread & { path: string }> {
  const thread = await shell.aThread(GRAPH);
  await thread.say("hello");
  const { id } = await thread.run();
  return { ...thread, path: callbackAddress("", id, testKeyRing) };
}

async function post(path: string, body?: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : new Uint8Array(body) }),
  });
  const text = await response.text();
  return { status: response.status, code: JSON.parse(text).error?.code as string | undefined };
}

const TAKEN = { status: 202, code: undefined };
const NOT_FOUND = { status: 404, code: "PYNFD" };

/** What became of a body: the variable that the node set. */
async function paidAfter(body?: string | Buffer, headers?: Record<string, string>): Promise<unknown> {
  const run = await aRun();
  assert.deepEqual(await post(run.path, body, headers), TAKEN);
  await shell.turns.drain();
  const { status, variables } = await run.run();
  assert.equal(status, "completed");
  return variables.paid;
}

test("JSON reaches the waiting run, which continues; its token is not logged", async () => {
  const run = await aRun();
  assert.deepEqual(await post(run.path, '{"sum": 12}'), TAKEN);
  await shell.turns.drain();
  assert.deepEqual(await run.said(), ["Paid 12"]);
  assert.ok(!logged.join("").includes(run.path.split("/").at(-1) as string));
});

test("called twice it goes on once; when the run is over there is none", async () => {
  const run = await aRun();
  assert.deepEqual(await post(run.path, '{"sum": 1}'), TAKEN);
  assert.deepEqual(await post(run.path, '{"sum": 2}'), TAKEN);
  await shell.turns.drain();
  assert.deepEqual(await run.said(), ["Paid 1"]);
  assert.deepEqual(await post(run.path, '{"sum": 3}'), NOT_FOUND);
  const left = await shell.query(
    "select from app_private.chatbot_events where conversation_id = $1",
    run.conversationId,
  );
  assert.deepEqual(left, []);
});

test("a wrong token, or that of another run or tenant, is answered as an unknown run", async () => {
  const [ours, theirs] = [await aRun(), await aRun()];
  assert.notEqual(ours.tenantId, theirs.tenantId);
  const [, , runId, token = ""] = ours.path.split("/");
  const [, , foreignId, foreign] = theirs.path.split("/");
  const changed = `${token.slice(0, -2)}${token.endsWith("AA") ? "BB" : "AA"}`;
  const strange = callbackAddress("", String(runId), keyRing(["a key that is not in the ring, long"]));
  for (const path of [
    `/callbacks/${runId}/${foreign}`,
    `/callbacks/${foreignId}/${token}`,
    `/callbacks/${runId}/${changed}`,
    `/callbacks/${runId}/${token}A`,
    `/callbacks/${runId}/${token.slice(1)}`,
    `/callbacks/${runId}/x`,
    `/callbacks/${ours.conversationId}/${token}`,
    `/callbacks/${String(runId).toUpperCase()}/${token}`,
    `/callbacks/1'%20or%20true--/${token}`,
    `/callbacks/%00/${token}`,
    `/callbacks/${runId}/${"A".repeat(5000)}`,
    `/callbacks/${runId}`,
    strange,
  ])
    assert.deepEqual(await post(path, '{"sum": 1}'), NOT_FOUND, path);
  await shell.turns.drain();
  for (const run of [ours, theirs]) assert.deepEqual(await run.said(), []);
});

test("a token under a former key is good", async () => {
  const run = await aRun();
  const { id } = await run.run();
  const former = keyRing(["a former secret key, long enough"]);
  const path = callbackAddress("", id, former);
  assert.deepEqual(await post(path, "{}"), NOT_FOUND);
  const rotated = {
    current: testKeyRing.current,
    keys: new Map([...testKeyRing.keys, ...former.keys]),
  };
  assert.ok(isCallbackToken(id, path.split("/").at(-1) as string, rotated));
});

test("only POST is taken", async () => {
  const run = await aRun();
  for (const method of ["GET", "PUT", "DELETE"]) {
    const response = await fetch(server.url + run.path, { method });
    assert.equal(response.status, 404, method);
  }
});

test("an enormous body is refused, plain or compressed, and the run waits on", async () => {
  const run = await aRun();
  const body = (size: number) => JSON.stringify({ sum: "x".repeat(size) });
  assert.deepEqual(await post(run.path, body(300_000)), { status: 413, code: "PYBIG" });
  assert.equal(
    (await post(run.path, gzipSync(body(50_000_000)), { "content-encoding": "gzip" })).code,
    "PYREQ",
  );
  assert.equal((await run.run()).status, "waiting");
  assert.deepEqual(await post(run.path, body(200_000)), TAKEN);
});

test("the body of a request without the token is not read", async () => {
  const run = await aRun();
  const path = run.path.slice(0, -2);
  assert.deepEqual(await post(path, "x".repeat(300_000)), NOT_FOUND);
  assert.deepEqual(await post(path, "no json"), NOT_FOUND);
});

test("a body that is not JSON is refused with a code", async () => {
  const run = await aRun();
  for (const body of ["{", "undefined", '{"a": 1}}', "\u0000", Buffer.from([0xff, 0xfe])])
    assert.deepEqual(await post(run.path, body), { status: 400, code: "PYREQ" }, String(body));
  assert.equal((await run.run()).status, "waiting");
});

test("hostile JSON is stored as far as possible and affects nothing else", async () => {
  assert.deepEqual(await paidAfter('{"__proto__": {"admin": true}, "constructor": 1, "a": 1}'), { a: 1 });
  assert.deepEqual(await paidAfter('{"a\\u0000b": "c\\u0000d\\ud800"}'), { "a\ufffdb": "c\ufffdd\ufffd" });
  assert.deepEqual(await paidAfter('{"sum": "{{callback_url}}"}'), { sum: "{{callback_url}}" });
  assert.deepEqual(await paidAfter("[1e999, 12345678901234567890]"), ["1e999", "12345678901234567890"]);
  assert.equal(({} as Record<string, unknown>).admin, undefined);
  const deep = await paidAfter("[".repeat(100_000) + "]".repeat(100_000));
  assert.ok(JSON.stringify(deep).length < 200);
});

test("placeholders in a caller's data are not replaced", async () => {
  const run = await aRun();
  await post(run.path, '{"sum": "{{callback_url}} {{contact.phone}}"}');
  await shell.turns.drain();
  assert.deepEqual(await run.said(), ["Paid {{callback_url}} {{contact.phone}}"]);
});

test("an empty body, a scalar, a list and another content type are accepted as callbacks", async () => {
  assert.deepEqual(await paidAfter(), {});
  assert.equal(await paidAfter('"yes"'), "yes");
  assert.equal(await paidAfter("0"), 0);
  assert.deepEqual(await paidAfter("[1, 2]"), [1, 2]);
  assert.deepEqual(await paidAfter('{"a": 1}', { "content-type": "application/cloudevents+json" }), { a: 1 });
  assert.equal(await paidAfter("sum=12", { "content-type": "application/x-www-form-urlencoded" }), null);
});

test("a caller who cannot stop fills no table", async () => {
  const run = await aRun();
  await run.set("chatbot_paused_until = now() + interval '1 hour'");
  const answers: number[] = [];
  for (let at = 0; at < 110; at += 1) answers.push((await post(run.path, String(at))).status);
  assert.equal(answers.filter((status) => status === 202).length, 100);
  const [row] = await shell.query(
    "select count(*)::int as n from app_private.chatbot_events where conversation_id = $1",
    run.conversationId,
  );
  assert.equal(row.n, 100);
  await shell.turns.drain();
  // They wait, and what the customer says meanwhile does not wait behind them.
  await run.say("hello?");
  await run.set("chatbot_paused_until = null");
  await shell.turns.drain();
  assert.deepEqual((await run.run()).variables.paid, 0);
});

// glific#5595: the address was given out before the run was stored as waiting, and a fast answer found nobody.
test("glific#5595: a callback finds the run waiting, however soon after the address is sent", async () => {
  const given = graphOf(
    {
      start: ["start"],
      tell: ["message", { content: "Pay, then {{callback_url}}" }],
      wait: ["wait_for_callback", { variable: "paid" }],
      bye: ["message", { content: "Paid {{paid.sum}}" }],
    },
    [
      ["start", "tell"],
      ["tell", "wait"],
      ["wait", "bye"],
    ],
  );
  const thread = await shell.aThread(given);
  await thread.say("hello");
  const rows = await shell.query(
    `select x.waiting_for, x.xmin = m.xmin as is_with_message, o.xmin = m.xmin as is_with_outbox
     from app_public.conversation_contexts x
     join app_public.messages m on m.conversation_id = x.conversation_id and m.author = 'chatbot'
     join app_private.outbox o on o.message_id = m.id
     where x.conversation_id = $1`,
    thread.conversationId,
  );
  assert.deepEqual(rows, [{ waiting_for: "callback", is_with_message: true, is_with_outbox: true }]);
});

test("glific#5595: a callback that arrives before the service's response is accepted", async () => {
  const calling = graphOf(
    {
      start: ["start"],
      call: [
        "rest_api",
        { apiUrl: service.url, apiMethod: "POST", apiBody: '{"reply": "{{callback_url}}"}', apiRetries: 0 },
      ],
      wait: ["wait_for_callback", { variable: "paid" }],
      bye: ["message", { content: "Paid {{paid.sum}}" }],
    },
    [
      ["start", "call"],
      ["call", "wait", "success"],
      ["wait", "bye"],
    ],
  );
  service.answer = async ({ body }) => {
    const { pathname } = new URL(JSON.parse(body).reply);
    assert.deepEqual(await post(pathname, '{"sum": 7}'), TAKEN);
    await shell.turns.drain();
    return { status: 200, body: {} };
  };
  const thread = await shell.aThread(calling);
  await thread.say("hello");
  await shell.makeCall(thread);
  assert.deepEqual(await thread.said(), []);
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Paid 7"]);
});
