import assert from "node:assert/strict";
import { test } from "node:test";
import { BatcherFull, createBatcher } from "../../../src/webhooks/batch.ts";

/** A batcher of strings that weigh their length, whose batches end when they are told to. */
function aBatcher({ batchWeight = 10, waitingWeight = 20, concurrency = 1 } = {}) {
  const begun: { items: string[]; end: (error?: Error) => void }[] = [];
  const batcher = createBatcher<string>({
    run: (items) =>
      new Promise((resolve, reject) => {
        begun.push({ items, end: (error) => (error ? reject(error) : resolve()) });
      }),
    weigh: (item) => item.length,
    batchWeight,
    waitingWeight,
    concurrency,
  });
  return { batcher, begun };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

test("what arrives together goes together; what comes meanwhile makes the next batch", async () => {
  const { batcher, begun } = aBatcher();
  const first = [batcher.add("a"), batcher.add("b")];
  await soon();
  const second = [batcher.add("c"), batcher.add("d")];
  await soon();
  assert.deepEqual(
    begun.map(({ items }) => items),
    [["a", "b"]],
  );
  begun[0]!.end();
  await Promise.all(first);
  await soon();
  assert.deepEqual(begun[1]!.items, ["c", "d"]);
  begun[1]!.end(new Error("the database is away"));
  assert.deepEqual(
    (await Promise.allSettled(second)).map(({ status }) => status),
    ["rejected", "rejected"],
  );
});

test("a batch is no heavier than it may be, except for one item alone", async () => {
  const { batcher, begun } = aBatcher();
  for (const item of ["aaaaaa", "bbbb", "c", "x".repeat(15)]) void batcher.add(item).catch(() => {});
  await soon();
  assert.deepEqual(begun[0]!.items, ["aaaaaa", "bbbb"]);
});

test("too much that waits is refused; an item heavier than all that may wait is not, when it is alone", async () => {
  const { batcher, begun } = aBatcher();
  const huge = batcher.add("x".repeat(50));
  await assert.rejects(batcher.add("y"), BatcherFull);
  await soon();
  assert.equal(begun.length, 1);
  const waiting = batcher.add("y".repeat(20));
  await assert.rejects(batcher.add("z"), BatcherFull);
  begun[0]!.end();
  await huge;
  await soon();
  begun[1]!.end();
  await waiting;
});

test("what nobody wants any more is left out", async () => {
  const { batcher, begun } = aBatcher();
  const first = batcher.add("first");
  await soon();
  let isWanted = true;
  const given = batcher.add("given up", () => isWanted);
  const kept = batcher.add("kept");
  isWanted = false;
  begun[0]!.end();
  await first;
  await assert.rejects(given, BatcherFull);
  await soon();
  assert.deepEqual(begun[1]!.items, ["kept"]);
  begun[1]!.end();
  await kept;
});

test("closing waits for what is under way and refuses the rest", async () => {
  const { batcher, begun } = aBatcher();
  const first = batcher.add("first");
  await soon();
  const rest = batcher.add("rest");
  const closed = batcher.close();
  await assert.rejects(rest, BatcherFull);
  await assert.rejects(batcher.add("late"), BatcherFull);
  begun[0]!.end();
  await Promise.all([first, closed]);
});
