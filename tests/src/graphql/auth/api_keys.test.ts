import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import type pg from "pg";
import { FairShare } from "../../../../src/base/fair_share.ts";
import { ApiKeys } from "../../../../src/graphql/auth/api_keys.ts";

function aKey(): string {
  const random = randomBytes(24);
  const checksum = createHash("sha256").update(random).digest("hex").slice(0, 8);
  return `parley_${random.toString("hex")}${checksum}`;
}

test("guessed keys wait for one another, two at a time and one of a source; a known key does not wait", async () => {
  const row = { id: "k", tenant_id: "t", role: "viewer", expires_at: null };
  const waiting: ((rows: object[]) => void)[] = [];
  const query = () => new Promise((resolve) => waiting.push((rows) => resolve({ rows })));
  const checks = new FairShare({ places: 4, perKey: [2, 2], waiting: 100, refusal: "too many" });
  const keys = new ApiKeys({ query } as unknown as pg.Pool, checks);

  const key = aKey();
  const found = keys.find(key, "a");
  waiting.pop()!([row]);
  assert.deepEqual((await found)?.credentialId, "k");

  const guesses = Promise.all(["a", "a", "a", "b", "c"].map((source) => keys.find(aKey(), source)));
  assert.equal(waiting.length, 2);
  const again = keys.find(key, "a");
  assert.equal(waiting.length, 3);
  waiting.pop()!([row]);
  assert.ok(await again);

  assert.equal(await keys.find("parley_0", "a"), null, "a wrong checksum asks nothing");
  const answer = setInterval(() => waiting.shift()?.([]), 1);
  assert.deepEqual(new Set(await guesses), new Set([null]));
  clearInterval(answer);
});
