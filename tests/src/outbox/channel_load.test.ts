import assert from "node:assert/strict";
import { test } from "node:test";
import { createChannelLoad } from "../../../src/outbox/channel_load.ts";

test("a channel is busy before its next share could exceed the most", () => {
  const load = createChannelLoad(8);
  assert.equal(load.share, 4);
  for (let count = 0; count < 4; count += 1) load.add("a");
  assert.deepEqual(load.busy(), []);
  load.add("a");
  load.add("b");
  assert.deepEqual(load.busy(), ["a"]);
  load.remove("a");
  assert.deepEqual(load.busy(), []);
});

test("a channel rests when answer upon answer is missing, longer each time, and not after one that came", () => {
  const load = createChannelLoad(8);
  const rests = Array.from({ length: 20 }, () => load.breathAfter("a", "uncertain"));
  assert.deepEqual(rests.slice(0, 10), [0, 0, 0, 0, 0, 0, 0, 1000, 2000, 4000]);
  assert.equal(rests.at(-1), 60_000);
  assert.equal(load.breathAfter("b", "uncertain"), 0);
  assert.equal(load.breathAfter("a", "rejected"), 0);
  assert.equal(load.breathAfter("a", "uncertain"), 0);
});
