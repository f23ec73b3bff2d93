import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BoundedMap } from "../../sandbox/bounded_map.ts";
import { ManualClock } from "../../sandbox/manual_clock.ts";
import { isForward } from "../../sandbox/message_status.ts";
import { Queue } from "../../sandbox/queue.ts";
import { seededRandom } from "../../sandbox/random.ts";
import { Recent } from "../../sandbox/recent.ts";
import { Rules } from "../../sandbox/rules.ts";
import { TokenBucket } from "../../sandbox/token_bucket.ts";

test("BoundedMap forgets the oldest, whatever was deleted or set again in between", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  assert.deepEqual([map.get("a"), map.get("b"), map.get("c")], [undefined, 2, 4]);
  map.delete("b");
  map.set("d", 5);
  map.set("e", 6);
  assert.deepEqual([...map.values()], [5, 6]);
});

test("Recent keeps the last few, oldest first", () => {
  const recent = new Recent<number>(3);
  for (let item = 1; item <= 7; item++) recent.add(item);
  assert.deepEqual(recent.list(), [5, 6, 7]);
});

test("Queue gives back in order, however pushes and takes mix", () => {
  const queue = new Queue<number>();
  queue.push(1);
  queue.push(2);
  assert.deepEqual(queue.take(1), [1]);
  queue.push(3);
  assert.equal(queue.size, 2);
  assert.deepEqual(queue.take(9), [2, 3]);
  assert.deepEqual(queue.take(1), []);
});

test("TokenBucket refills with time, up to its burst", () => {
  const bucket = new TokenBucket(1, 2);
  assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false]);
  assert.equal(bucket.take(999), false);
  assert.equal(bucket.take(1000), true);
  bucket.spend(1000);
  assert.deepEqual([bucket.take(60_000), bucket.take(60_000), bucket.take(60_000)], [true, true, false]);
});

test("ManualClock runs what is due in order of time, also what was set on the way", () => {
  const clock = new ManualClock(0);
  const ran: [string, number][] = [];
  clock.setTimeout(() => ran.push(["second", clock.now()]), 20);
  clock.setTimeout(() => {
    ran.push(["first", clock.now()]);
    clock.setTimeout(() => ran.push(["between", clock.now()]), 5);
  }, 10);
  clock.setTimeout(() => ran.push(["never", clock.now()]), 31);
  clock.advance(30);
  assert.deepEqual(ran, [
    ["first", 10],
    ["between", 15],
    ["second", 20],
  ]);
  assert.equal(clock.now(), 30);
});

test("seededRandom repeats itself, and other seeds do not", () => {
  const numbers = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
  assert.deepEqual(numbers(1), numbers(1));
  assert.notDeepEqual(numbers(1), numbers(2));
  assert.ok(numbers(3).every((number) => number >= 0 && number < 1));
});

test("a status only moves forward; failed loses to delivered and above", () => {
  assert.ok(isForward("sent", "failed"));
  assert.ok(isForward("failed", "delivered"));
  assert.ok(!isForward("delivered", "failed"));
  assert.ok(!isForward("read", "delivered"));
  assert.ok(!isForward("sent", "sent"));
});

describe("Rules", () => {
  test("those of the recipient come first, and are used up", () => {
    const rules = new Rules<string>(seededRandom(1));
    rules.add({}, "general");
    rules.add({ recipient: "1", times: 2 }, "own");
    const take = () => rules.take({ recipient: "1" });
    assert.deepEqual([take(), take(), take()], ["own", "own", "general"]);
  });

  test("one that does not accept, or is for another number, lets the next one have it", () => {
    const rules = new Rules<string>(seededRandom(1));
    rules.add({ phoneNumberId: "2" }, "of another number");
    const takeAway = rules.add({}, "not this");
    rules.add({}, "this");
    assert.equal(
      rules.take({ phoneNumberId: "1" }, (value) => value !== "not this"),
      "this",
    );
    takeAway();
    takeAway();
    assert.equal(rules.take({}), "this");
  });
});
