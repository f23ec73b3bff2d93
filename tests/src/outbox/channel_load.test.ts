import assert from "node:assert/strict";
import { test } from "node:test";
import { ChannelLoad } from "../../../src/outbox/channel_load.ts";

test("a channel is busy before its next share could exceed the most", () => {
  const load = new ChannelLoad(8);
  assert.equal(load.share, 4);
  for (let count = 0; count < 4; count += 1) load.add("a");
  assert.deepEqual(load.busy(), []);
  load.add("a");
  load.add("b");
  assert.deepEqual(load.busy(), ["a"]);
  load.remove("a");
  assert.deepEqual(load.busy(), []);
});

test("a channel cools down when answer upon answer is missing, longer each time, and not after one that came", () => {
  const load = new ChannelLoad(8);
  const cooldowns = Array.from({ length: 20 }, () => load.cooldownMsAfter("a", "uncertain"));
  assert.deepEqual(cooldowns.slice(0, 10), [0, 0, 0, 0, 0, 0, 0, 1000, 2000, 4000]);
  assert.equal(cooldowns.at(-1), 60_000);
  assert.equal(load.cooldownMsAfter("b", "uncertain"), 0);
  assert.equal(load.cooldownMsAfter("a", "rejected"), 0);
  assert.equal(load.cooldownMsAfter("a", "uncertain"), 0);
});
