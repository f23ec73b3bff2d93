import assert from "node:assert/strict";
import { test } from "node:test";
import type { Visitor } from "../../../../src/graphql/auth/visitor.ts";
import type { Change } from "../../../../src/graphql/live/change.ts";
import { ChangeHub, type Subscription } from "../../../../src/graphql/live/change_hub.ts";
import type { Reader } from "../../../../src/graphql/live/reading.ts";

const MESSAGES: Subscription = {
  tenantId: "t",
  event: "messageAdded",
  scopeId: null,
  sharingKey: "all messages",
};
const change = (more: Partial<Change> = {}): Change => ({
  event: "messageAdded",
  tenantId: "t",
  scopeId: "c",
  id: "m",
  ...more,
});

/** A reader that returns the ids, and remembers by whom and what was read together. */
function readerOf({
  batchSize = 100,
  ended = [] as string[],
  inTurn = ((read) => read()) as Reader["inTurn"],
} = {}) {
  const reads: string[] = [];
  const reader: Reader = {
    batchSize,
    inTurn,
    read: async (changes, { credentialId }) => {
      reads.push(`${credentialId}: ${changes.map(({ id }) => id).join(" ")}`);
      return ended.includes(credentialId) ? null : changes.map(({ id }) => id);
    },
  };
  return { reader, reads };
}

/** A subscriber, and what it got. */
function subscriberOf(credentialId: string) {
  const got: (string | null)[] = [];
  const visitor: Visitor = { kind: "user", userId: "u", tenantId: "t", credentialId, expiresAt: new Date() };
  const subscriber = {
    visitor: () => visitor,
    reserve: () => ({ fill: (payload: string | null) => void got.push(payload) }),
    expel: () => void got.push("expelled"),
  };
  return { subscriber, got };
}
const done = () => new Promise((resolve) => setImmediate(resolve));

test("a subscription gets only matching changes", async () => {
  const hub = new ChangeHub();
  const [all, one] = [subscriberOf("a"), subscriberOf("b")];
  hub.subscribe(MESSAGES, all.subscriber, readerOf().reader);
  hub.subscribe({ ...MESSAGES, scopeId: "d", sharingKey: "of d" }, one.subscriber, readerOf().reader);
  hub.publish([
    change({ tenantId: "another" }),
    change({ event: "messageChanged" }),
    change({ id: "1" }),
    change({ id: "2", scopeId: "d" }),
  ]);
  await done();
  assert.deepEqual(all.got, ["1", "2"]);
  assert.deepEqual(one.got, ["2"]);
});

test("subscribers with one key share one reading, with the rights of the first", async () => {
  const hub = new ChangeHub();
  const { reader, reads } = readerOf();
  const agents = Array.from({ length: 50 }, (_, n) => subscriberOf(`agent ${n}`));
  for (const { subscriber } of agents) hub.subscribe(MESSAGES, subscriber, reader);
  hub.publish([change({ id: "1" }), change({ id: "2" }), change({ id: "1" })]);
  await done();
  assert.deepEqual(reads, ["agent 0: 1 2"]);
  for (const { got } of agents) assert.deepEqual(got, ["1", "2"]);
});

test("changes that arrive during a read are read together, in batches", async () => {
  const hub = new ChangeHub();
  const { reader, reads } = readerOf({ batchSize: 2 });
  hub.subscribe(MESSAGES, subscriberOf("a").subscriber, reader);
  hub.publish([change({ id: "1" })]);
  await Promise.resolve();
  hub.publish(["2", "3", "4"].map((id) => change({ id })));
  await done();
  assert.deepEqual(reads, ["a: 1", "a: 2 3", "a: 4"]);
});

test("a reading waits for its turn, once, and then reads what has changed until then", async () => {
  const hub = new ChangeHub();
  const turn = Promise.withResolvers<void>();
  let waiting = 0;
  const inTurn: Reader["inTurn"] = (read) => {
    waiting++;
    return turn.promise.then(read);
  };
  const { reader, reads } = readerOf({ inTurn });
  hub.subscribe(MESSAGES, subscriberOf("a").subscriber, reader);
  hub.publish([change({ id: "1" })]);
  await Promise.resolve();
  hub.publish([change({ id: "2" })]);
  await Promise.resolve();
  assert.deepEqual([waiting, reads], [1, []]);
  turn.resolve();
  await done();
  assert.deepEqual(reads, ["a: 1 2"]);
});

test("a subscriber whose rights have ended is expelled, and the next one reads", async () => {
  const hub = new ChangeHub();
  const { reader, reads } = readerOf({ ended: ["a"] });
  const [gone, left] = [subscriberOf("a"), subscriberOf("b")];
  for (const { subscriber } of [gone, left]) hub.subscribe(MESSAGES, subscriber, reader);
  hub.publish([change()]);
  await done();
  assert.deepEqual(reads, ["a: m", "b: m"]);
  assert.equal(gone.got[0], "expelled");
  assert.deepEqual(left.got, ["m"]);
});

test("a subscription that ends is removed, and the tenant with its last one", async () => {
  const hub = new ChangeHub();
  const { reader } = readerOf();
  const [first, second] = [subscriberOf("a"), subscriberOf("b")];
  const ends = [first, second].map(({ subscriber }) => hub.subscribe(MESSAGES, subscriber, reader));
  ends[0]!();
  ends[0]!();
  assert.equal(hub.hasSubscribers("t"), true);
  ends[1]!();
  assert.equal(hub.hasSubscribers("t"), false);
  const third = subscriberOf("c");
  hub.subscribe(MESSAGES, third.subscriber, reader);
  hub.publish([change()]);
  await done();
  assert.deepEqual(third.got, ["m"]);
  assert.deepEqual(first.got, []);
});
