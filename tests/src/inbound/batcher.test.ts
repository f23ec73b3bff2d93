import assert from "node:assert/strict";
import { test } from "node:test";
import { Batcher, BatcherFull } from "../../../src/inbound/batcher.ts";

/** A batcher of strings that weigh their length, whose batches end when they are told to. */
function aBatcher({ batchWeight = 10, waitingWeight = 20, concurrency = 1 } = {}) {
  const begun: { items: string[]; end: (error?: Error) => void }[] = [];
  const batcher = new Batcher<string>({
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

test("items that arrive together form a batch; items that arrive while it runs form the next one", async () => {
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

test("a batch does not exceed the weight limit, unless it is a single item", async () => {
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

test("a cancelled item is left out", async () => {
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

test("closing waits for running batches and refuses new items", async () => {
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

test("keys take turns in a batch, however much one has waiting", async () => {
  const begun: string[][] = [];
  const ends: (() => void)[] = [];
  const batcher = new Batcher<string>({
    run: (items) => {
      begun.push(items);
      return new Promise((resolve) => ends.push(resolve));
    },
    weigh: () => 1,
    keyOf: ([key]) => key!,
    batchWeight: 4,
    waitingWeight: 100,
    waitingWeightOfKey: 8,
    concurrency: 1,
  });
  const added = ["a1", "a2", "a3", "a4", "a5", "a6", "b1", "c1"].map((item) => batcher.add(item));
  await soon();
  assert.deepEqual(begun, [["a1", "b1", "c1", "a2"]]);
  for (let more = 7; more <= 10; more += 1) added.push(batcher.add(`a${more}`));
  await assert.rejects(batcher.add("a11"), BatcherFull, "a key has a share of what may wait");
  added.push(batcher.add("b2"));
  for (let at = 0; ends.length > at; at += 1) {
    ends[at]!();
    await soon();
  }
  await Promise.all(added);
  assert.deepEqual(begun.slice(1), [["a3", "b2", "a4", "a5"], ["a6", "a7", "a8", "a9"], ["a10"]]);
});

test("batches are separate by key: a batch has one key, and a key has one running batch", async () => {
  const begun: string[][] = [];
  const ends: (() => void)[] = [];
  const batcher = new Batcher<string>({
    run: (items) => {
      begun.push(items);
      return new Promise((resolve) => ends.push(resolve));
    },
    weigh: () => 1,
    keyOf: ([key]) => key!,
    isApart: true,
    batchWeight: 2,
    waitingWeight: 100,
    concurrency: 3,
  });
  const added = ["a1", "a2", "a3", "b1"].map((item) => batcher.add(item));
  await soon();
  assert.deepEqual(begun, [["a1", "a2"], ["b1"]]);
  ends[0]!();
  await soon();
  assert.deepEqual(begun[2], ["a3"]);
  for (const end of ends) end();
  await Promise.all(added);
});
