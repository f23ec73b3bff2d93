import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeeperThan } from "../../../../src/graphql/limits/variable_depth.ts";

test("levels of arrays and objects", () => {
  assert.equal(isDeeperThan(undefined, 0), false);
  assert.equal(isDeeperThan(7, 0), false);
  assert.equal(isDeeperThan({ a: 1 }, 1), false);
  assert.equal(isDeeperThan({ a: { b: [1] } }, 2), true);
  assert.equal(isDeeperThan({ a: { b: [1] } }, 3), false);
  assert.equal(isDeeperThan(JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`), 40), true);
});
