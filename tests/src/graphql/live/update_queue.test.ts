import assert from "node:assert/strict";
import { test } from "node:test";
import { UpdateQueue } from "../../../../src/graphql/live/update_queue.ts";

/** A queue and the ids and payloads that its client got; `slow`: the client reads nothing. */
function queueOf({ isSlow = false } = {}) {
  const sent: string[] = [];
  let overflows = 0;
  const queue = new UpdateQueue({
    send: async (frame) => {
      const { id, payload } = JSON.parse(frame);
      sent.push(`${id} ${payload}`);
      if (isSlow) await new Promise(() => {});
    },
    onOverflow: () => {
      overflows += 1;
    },
  });
  return { queue, sent, overflows: () => overflows };
}
const flushed = () => new Promise((resolve) => setImmediate(resolve));

test("updates are sent in the order of their places, whichever is filled first", async () => {
  const { queue, sent } = queueOf();
  const places = [queue.reserve("1", "a"), queue.reserve("2", "a"), queue.reserve("1", "b")];
  places[2]!.fill("3");
  places[1]!.fill("2");
  await flushed();
  assert.deepEqual(sent, []);
  places[0]!.fill("1");
  await flushed();
  assert.deepEqual(sent, ["1 1", "2 2", "1 3"]);
});

test("a place that is filled with nothing is passed over", async () => {
  const { queue, sent } = queueOf();
  const [first, second] = [queue.reserve("1", "a"), queue.reserve("1", "b")];
  second.fill("2");
  first.fill(null);
  await flushed();
  assert.deepEqual(sent, ["1 2"]);
});

test("a row that changes again before its update was sent is sent once, in its latest state", async () => {
  const { queue, sent } = queueOf();
  const first = queue.reserve("1", "a");
  const other = queue.reserve("1", "b");
  first.fill('"old"');
  // It was sent at once: the next state is another update.
  await flushed();
  const second = queue.reserve("1", "a");
  const third = queue.reserve("1", "a");
  second.fill("2");
  other.fill('"other"');
  third.fill("3");
  await flushed();
  assert.deepEqual(sent, ["1 old", "1 other", "1 3"]);
});

test("an operation that is over gets nothing more, and does not delay others", async () => {
  const { queue, sent } = queueOf();
  const [gone, other] = [queue.reserve("1", "a"), queue.reserve("2", "a")];
  other.fill('"other"');
  queue.drop("1");
  gone.fill('"gone"');
  await flushed();
  assert.deepEqual(sent, ["2 other"]);
});

test("too many updates end the queue, once", async () => {
  const { queue, sent, overflows } = queueOf();
  const places = Array.from({ length: 20_000 }, (_, n) => queue.reserve("1", String(n)));
  for (const place of places) place.fill("x");
  await flushed();
  assert.equal(overflows(), 1);
  assert.deepEqual(sent, []);
});

test("too many bytes end the queue; what was sent does not count", async () => {
  const slow = queueOf({ isSlow: true });
  const quick = queueOf();
  const megabyte = JSON.stringify("x".repeat(1_000_000));
  for (let n = 0; n < 20; n += 1) {
    for (const { queue } of [slow, quick]) queue.reserve("1", String(n)).fill(megabyte);
    await flushed();
  }
  assert.equal(slow.overflows(), 1);
  assert.equal(slow.sent.length, 1);
  assert.equal(quick.overflows(), 0);
  assert.equal(quick.sent.length, 20);
});
