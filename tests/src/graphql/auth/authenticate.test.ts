import assert from "node:assert/strict";
import { test } from "node:test";
import type pg from "pg";
import { FairShare } from "../../../../src/base/fair_share.ts";
import { createAuthenticator } from "../../../../src/graphql/auth/authenticate.ts";
import type { Visitor } from "../../../../src/graphql/auth/visitor.ts";

const visitor = (tenantId: string): Visitor => ({
  kind: "user",
  userId: "u",
  tenantId,
  credentialId: `session of ${tenantId}`,
  expiresAt: new Date(Date.now() + 60_000),
});

test("the checks of a tenant with many requests do not delay those of others", async () => {
  const answers: (() => void)[] = [];
  const query = () =>
    new Promise((resolve) => answers.push(() => resolve({ rows: [{ session_role: "agent" }] })));
  const checks = new FairShare({ places: 4, perKey: [2, 2], waiting: 100, refusal: "too many" });
  const { roleOf } = createAuthenticator({ query } as unknown as pg.Pool, "s".repeat(32), checks);

  const busy = Promise.all(Array.from({ length: 50 }, () => roleOf(visitor("busy"))));
  assert.equal(answers.length, 2);
  const other = roleOf(visitor("other"));
  assert.equal(answers.length, 3);
  answers[2]!();
  assert.equal(await other, "agent");

  while (answers.length < 51) {
    for (const answer of answers) answer();
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const answer of answers) answer();
  assert.deepEqual(new Set(await busy), new Set(["agent"]));
});
