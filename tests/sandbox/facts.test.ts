import assert from "node:assert/strict";
import { test } from "node:test";
import { ADDRESS_CHANGE_SHAPES } from "../../sandbox/facts.ts";
import { factsOf } from "../src/channels/whatsapp/inbound/bodies.ts";
import { setStage } from "./stage.ts";

const OLD = { phone: "12025550110", userId: "US.1" };
const NEW = { phone: "12025550111", userId: "US.2" };

for (const shape of ADDRESS_CHANGE_SHAPES)
  test(`a change of address in the shape ${shape} is one that the receiver reads`, async (t) => {
    const { sandbox, receiver } = await setStage(t);
    const phone = sandbox.customer(OLD);
    phone.changeAddress(NEW, shape);
    await sandbox.waitFor(() => receiver.received.length === 1);
    const change = factsOf(receiver.received[0]!.raw).find((item) => item.kind === "identity_change");
    assert.ok(change?.kind === "identity_change");
    const { phone: number, bsuid } = change.after;
    assert.deepEqual([number, bsuid], [`+${NEW.phone}`, NEW.userId]);
    assert.ok(change.before.bsuid === OLD.userId || change.before.phone === `+${OLD.phone}`);
  });

test("the transcript stays with the customer, and the old number's next owner begins another", async (t) => {
  const { sandbox } = await setStage(t);
  const phone = sandbox.customer(OLD);
  phone.say("one");
  phone.changeAddress(NEW);
  assert.equal(sandbox.customer({ phone: NEW.phone }).messages.length, 1);
  assert.equal(sandbox.customer({ phone: OLD.phone }).messages.length, 0);
});

test("a customer who hides the new number is identified by user id only", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const phone = sandbox.customer(OLD);
  phone.changeAddress({ userId: "US.3" });
  phone.say("who am I?");
  await sandbox.waitFor(() => receiver.messages().length === 2);
  const said = receiver.messages().find(({ type }) => type === "text");
  assert.deepEqual([said?.from, said?.from_user_id], [undefined, "US.3"]);
});

test("an earlier fact is delivered once more, byte by byte", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const phone = sandbox.customer(OLD);
  assert.throws(() => phone.repeatFact("marketing"), { name: "CustomerError" });
  phone.preferMarketing(false);
  await sandbox.waitFor(() => receiver.received.length === 1);
  phone.preferMarketing(true);
  await sandbox.waitFor(() => receiver.received.length === 2);
  phone.repeatFact("marketing", 2);
  await sandbox.waitFor(() => receiver.received.length === 3);
  assert.equal(receiver.received[2]!.raw, receiver.received[0]!.raw);
  const [item] = factsOf(receiver.received[2]!.raw);
  assert.ok(item?.kind === "marketing_preference");
  assert.equal(item.allowsMarketing, false);
});
