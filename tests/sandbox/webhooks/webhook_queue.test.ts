import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { ACCOUNT, ALEX, APP_SECRET, firstNumber, NUMBER, setStage, startReceiver } from "../stage.ts";

test("the signature is over exactly the bytes that are sent", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  sandbox.customer({ phone: ALEX, name: "Ayşe" }).say("Günaydın / 😀");
  const [post] = await sandbox.waitFor(() => receiver.received.length === 1 && receiver.received);
  assert.match(post?.raw ?? "", /^[\x20-\x7e]+$/);
  const signature = createHmac("sha256", APP_SECRET)
    .update(post?.raw ?? "")
    .digest("hex");
  assert.equal(post?.headers["x-hub-signature-256"], `sha256=${signature}`);
});

test("a body not answered with 200 is redelivered unchanged, at growing intervals, a limited number of times", async (t) => {
  const { sandbox, receiver, clock } = await setStage(t, { delivery: { retryDelaysMs: [1000, 4000] } });
  receiver.answer = 204;
  sandbox.customer({ phone: ALEX }).say("Hi");
  const attempts = () => sandbox.ledger.deliveries[0]?.attempts.length;
  await sandbox.waitFor(() => attempts() === 1);
  clock.advance(999);
  assert.equal(receiver.received.length, 1);
  clock.advance(1);
  await sandbox.waitFor(() => attempts() === 2);
  clock.advance(4000);
  await sandbox.waitFor(() => attempts() === 3);
  assert.equal(sandbox.ledger.deliveries[0]?.state, "failed");
  assert.equal(new Set(receiver.received.map(({ raw }) => raw)).size, 1);
  assert.equal(sandbox.webhooks.pending, 0);
});

test("a receiver that recovers gets the missed updates", async (t) => {
  const { sandbox, receiver, clock } = await setStage(t, { delivery: { retryDelaysMs: [1000] } });
  receiver.answer = 503;
  const message = sandbox.customer({ phone: ALEX }).say("Hi");
  await sandbox.waitFor(() => sandbox.ledger.counters.webhookFailures === 1);
  assert.equal(message.status, "sent");
  receiver.answer = 200;
  clock.advance(1000);
  await sandbox.waitFor(() => message.status === "delivered");
});

test("updates that were held leave in one POST, two accounts and two numbers together", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const second = {
    ...firstNumber(receiver.url),
    phoneNumberId: "2",
    businessAccountId: "3",
    accessToken: "b",
  };
  sandbox.addNumber(second);
  sandbox.webhooks.hold();
  sandbox.customer({ phone: ALEX }).say("One");
  sandbox.customer({ phone: ALEX }, "2").say("Two");
  sandbox.customer({ phone: ALEX }).say("Three");
  sandbox.sendUpdate(NUMBER, "account_alerts", { entity_type: "WABA" });
  assert.equal(receiver.received.length, 0);
  sandbox.webhooks.release();
  await sandbox.waitFor(() => receiver.messages().length === 3);
  assert.equal(receiver.received.length, 1);
  const { entry } = JSON.parse(receiver.received[0]?.raw ?? "");
  assert.deepEqual(
    entry.map(({ id, changes }: { id: string; changes: { field: string }[] }) => [
      id,
      changes.map(({ field }) => field),
    ]),
    [
      [ACCOUNT, ["messages", "account_alerts"]],
      ["3", ["messages"]],
    ],
  );
  assert.equal(receiver.values()[0]?.contacts?.length, 1, "neighbours of one customer share the contact");
});

test("more than Meta's limits are split: 1000 updates, and 3 MB, to a POST", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const alex = sandbox.customer({ phone: ALEX });
  sandbox.webhooks.hold();
  for (let index = 0; index < 1001; index++) alex.say(String(index));
  sandbox.webhooks.release();
  await sandbox.waitFor(() => receiver.messages().length === 1001);
  assert.equal(receiver.received.length, 2);

  receiver.received.length = 0;
  sandbox.webhooks.hold();
  for (let index = 0; index < 200; index++) alex.say("ş".repeat(4096));
  sandbox.webhooks.release();
  await sandbox.waitFor(() => receiver.messages().length === 200);
  assert.ok(receiver.received.length > 1);
  assert.ok(receiver.received.every(({ raw }) => raw.length <= 3_000_000));
});

test("a body can be repeated, as Meta repeats", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  sandbox.customer({ phone: ALEX }).say("Hi");
  const delivery = await sandbox.waitFor(() =>
    sandbox.ledger.deliveries.find(({ state }) => state === "delivered"),
  );
  sandbox.webhooks.repeat(delivery, 4);
  await sandbox.waitFor(() => receiver.received.length === 5);
  assert.equal(new Set(receiver.received.map(({ raw }) => raw)).size, 1);
});

test("the number of waiting updates is limited", async (t) => {
  const { sandbox } = await setStage(t, { limits: { pendingUpdates: 2 } });
  sandbox.webhooks.hold();
  const alex = sandbox.customer({ phone: ALEX });
  for (let index = 0; index < 5; index++) alex.say("Hi");
  assert.equal(sandbox.webhooks.pending, 2);
  assert.equal(sandbox.ledger.counters.droppedUpdates, 3);
});

test("a number that moved sends to its new address", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const other = await startReceiver(t);
  const alex = sandbox.customer({ phone: ALEX });
  sandbox.addNumber(firstNumber(other.url));
  alex.say("Hi");
  await sandbox.waitFor(() => other.received.length === 1);
  assert.equal(receiver.received.length, 0);
});
