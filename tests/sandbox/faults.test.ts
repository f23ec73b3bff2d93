import assert from "node:assert/strict";
import { test } from "node:test";
import { ALEX, hello, NUMBER, setStage, TOKEN } from "./stage.ts";

const ANYBODY = { enforcesWindow: false };

test("answer with a code, once: nothing is accepted, and the next send is as usual", async (t) => {
  const { sandbox, send } = await setStage(t, ANYBODY);
  sandbox.faults.add({ kind: "error", code: 131056, retryAfter: 7 }, { times: 1 });
  const { status, headers, body } = await send(hello);
  assert.deepEqual([status, body.error?.code, headers.get("retry-after")], [400, 131056, "7"]);
  assert.equal(sandbox.ledger.counters.accepted, 0);
  assert.equal((await send(hello)).status, 200);
});

test("every code can be asked for, and says so in the Graph API's form", async (t) => {
  const { sandbox, send } = await setStage(t, { ...ANYBODY });
  const codes = [
    0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 299, 368, 470, 80007, 130403, 130429, 130472, 130497, 131000,
    131005, 131008, 131009, 131016, 131021, 131026, 131030, 131031, 131037, 131042, 131047, 131048, 131049,
    131050, 131051, 131052, 131053, 131056, 131057, 131062, 131064, 131208, 132000, 132001, 132015, 132016,
    132069, 133004, 133010, 134101, 135000, 137000, 138009, 139004, 139102, 2388293, 2494100, 2593108,
  ];
  for (const code of codes) {
    sandbox.faults.add({ kind: "error", code }, { times: 1 });
    const { status, body } = await send(hello);
    assert.ok(status >= 400);
    assert.equal(body.error?.code, code);
    assert.ok(body.error?.message.startsWith(`(#${code}) `));
    assert.doesNotMatch(body.error?.message ?? "", /Unknown error/);
  }
});

test("accepted, and then the socket is cut: the customer has it, the business does not know", async (t) => {
  const { sandbox, send } = await setStage(t, ANYBODY);
  sandbox.faults.add({ kind: "cut", accepts: true }, { times: 1 });
  await assert.rejects(send({ ...hello, biz_opaque_callback_data: "our-id" }));
  assert.equal(sandbox.ledger.sent[0]?.callbackData, "our-id");
  assert.equal(sandbox.ledger.requests[0]?.answer, "cut");
});

test("cut without accepting: the message is not delivered", async (t) => {
  const { sandbox, send } = await setStage(t, ANYBODY);
  sandbox.faults.add({ kind: "cut" }, { times: 1 });
  await assert.rejects(send(hello));
  assert.equal(sandbox.ledger.counters.accepted, 0);
});

test("a black hole never answers", async (t) => {
  const { sandbox } = await setStage(t, ANYBODY);
  sandbox.faults.add({ kind: "blackHole" }, { recipient: ALEX });
  const controller = new AbortController();
  const lost = fetch(`${sandbox.url}/v25.0/${NUMBER}/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ messaging_product: "whatsapp", to: ALEX, ...hello }),
    signal: controller.signal,
  });
  await sandbox.waitFor(() => sandbox.ledger.requests[0]?.answer === "silence");
  controller.abort();
  await assert.rejects(lost, { name: "AbortError" });
});

test("an error 500 is not JSON, and the message may have been accepted", async (t) => {
  const { sandbox, send } = await setStage(t, ANYBODY);
  sandbox.faults.add({ kind: "serverError", accepts: true }, { times: 1 });
  await assert.rejects(send(hello), SyntaxError);
  assert.equal(sandbox.ledger.counters.accepted, 1);
});

test("a late answer waits for the clock; accepted at once, its statuses may overtake it", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t, ANYBODY);
  sandbox.faults.add({ kind: "delay", milliseconds: 5000, accepts: true }, { times: 1 });
  const late = send(hello);
  await sandbox.waitFor(() => sandbox.ledger.counters.accepted === 1);
  clock.advance(100);
  await sandbox.waitFor(() => receiver.statuses().length === 2);
  assert.equal(sandbox.ledger.counters.requests, 0, "not answered yet");
  clock.advance(5000);
  assert.equal((await late).status, 200);
});

test("a fault may be for one recipient, or another operation", async (t) => {
  const { sandbox, send, graph } = await setStage(t, ANYBODY);
  sandbox.faults.add({ kind: "error", code: 131026 }, { recipient: ALEX });
  sandbox.faults.add({ kind: "error", code: 80007 }, { operation: "readNumber" });
  assert.equal((await send(hello)).body.error?.code, 131026);
  assert.equal((await send({ ...hello, to: "12025550111" })).status, 200);
  assert.equal((await graph("GET", NUMBER)).body.error?.code, 80007);
  sandbox.faults.clear();
  assert.equal((await send(hello)).status, 200);
});

test("a rate is kept to, and the same seed fails the same sends", async (t) => {
  const run = async () => {
    const { sandbox, send } = await setStage(t, { ...ANYBODY, seed: 7 });
    sandbox.faults.add({ kind: "error", code: 131000 }, { rate: 0.3 });
    const statuses: number[] = [];
    for (let index = 0; index < 70; index++) {
      statuses.push((await send({ ...hello, to: String(12025550100 + index) })).status);
    }
    return statuses;
  };
  const [first, second] = [await run(), await run()];
  assert.deepEqual(first, second);
  const failed = first.filter((status) => status !== 200).length;
  assert.ok(failed > 8 && failed < 35, `${failed} of 70`);
});
