import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { remember } from "../../../src/base/remember.ts";

/** Counts how often it is asked; each answer says which. */
function counter() {
  let asked = 0;
  return async () => ++asked;
}

test("what was found is returned again until it expires, or a fresh answer is wanted", async () => {
  const remembered = remember<number>(20);
  const find = counter();
  assert.equal(await remembered("a", find), 1);
  assert.equal(await remembered("a", find), 1);
  assert.equal(await remembered("b", find), 2, "each key by itself");
  assert.equal(await remembered("a", find, true), 3);
  assert.equal(await remembered("a", find), 3);
  await delay(40);
  assert.equal(await remembered("a", find), 4);
});

test("null is an answer, too", async () => {
  const remembered = remember<null>();
  let asked = 0;
  const find = async () => {
    asked++;
    return null;
  };
  assert.equal(await remembered("a", find), null);
  assert.equal(await remembered("a", find), null);
  assert.equal(asked, 1);
});

test("callers that ask at once share one search, also for a fresh answer", async () => {
  const remembered = remember<number>();
  const find = counter();
  assert.deepEqual(await Promise.all([remembered("a", find), remembered("a", find)]), [1, 1]);
  assert.deepEqual(await Promise.all([remembered("a", find, true), remembered("a", find, true)]), [2, 2]);
});

test("an error reaches every caller and is not remembered", async () => {
  const remembered = remember<number>();
  const fail = async () => {
    throw new Error("away");
  };
  const both = await Promise.allSettled([remembered("a", fail), remembered("a", fail)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(await remembered("a", counter()), 1);
});

test("a fresh search that fails forgets what was known", async () => {
  const remembered = remember<number>();
  const find = counter();
  await remembered("a", find);
  await assert.rejects(remembered("a", () => Promise.reject(new Error("away")), true));
  assert.equal(await remembered("a", find), 2);
});
