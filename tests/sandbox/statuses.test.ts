import assert from "node:assert/strict";
import { test } from "node:test";
import { ALEX, hello, setStage } from "./stage.ts";

test("statuses come in the order asked for, as often as asked for, as late as asked for", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t, {
    enforcesWindow: false,
    delivery: { concurrency: 1 },
  });
  sandbox.planStatuses(
    [
      { status: "read", afterMs: 0 },
      { status: "delivered", afterMs: 10, copies: 2 },
      { status: "sent", afterMs: 60_000 },
    ],
    { recipient: ALEX, times: 1 },
  );
  await send(hello);
  clock.advance(59_999);
  await sandbox.waitFor(() => receiver.statuses().length === 3);
  clock.advance(1);
  await sandbox.waitFor(() => receiver.statuses().length === 4);
  assert.deepEqual(
    receiver.statuses().map(({ status }) => status),
    ["read", "delivered", "delivered", "sent"],
  );
  assert.equal(sandbox.ledger.sent[0]?.status, "read", "the message itself only moves forward");
});

test("all statuses can be dropped; the plan can be taken back", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t, { enforcesWindow: false });
  const takeBack = sandbox.planStatuses([]);
  await send(hello);
  clock.advance(60_000);
  assert.equal(sandbox.ledger.counters.statuses, 0);
  takeBack();
  await send(hello);
  clock.advance(60_000);
  await sandbox.waitFor(() => receiver.statuses().length === 2);
});

test("a failure carries its error, and no contact", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t, { enforcesWindow: false });
  sandbox.planStatuses([{ status: "failed", afterMs: 5, errorCode: 131049 }]);
  await send(hello);
  clock.advance(5);
  const [value] = await sandbox.waitFor(() => receiver.values().length === 1 && receiver.values());
  assert.equal(value?.contacts, undefined);
  assert.match(JSON.stringify(value?.statuses?.[0]?.errors), /^\[\{"code":131049,"title":"/);
});

test("the customer's reading is reported once, and not for what failed", async (t) => {
  const { sandbox, clock, send } = await setStage(t);
  const alex = sandbox.customer({ phone: ALEX });
  alex.say("Hi");
  sandbox.planStatuses([{ status: "failed", afterMs: 0 }], { times: 1 });
  await send(hello);
  await send(hello);
  clock.advance(100);
  alex.read();
  alex.read();
  assert.deepEqual(
    sandbox.ledger.sent.map(({ reported }) => reported),
    [["failed"], ["sent", "delivered", "read"]],
  );
});
