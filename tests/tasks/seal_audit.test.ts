import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Log } from "../../src/base/log.ts";
import sealAudit from "../../tasks/seal_audit.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWorkspace } from "../support/people.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("each seal is logged, so that a copy of the log proves the chain", async () => {
  const logged: { number: number; hash: string }[] = [];
  const log = { info: (seal: (typeof logged)[number]) => void logged.push(seal) } as unknown as Log;
  const seal = sealAudit({ pool: database.pool, log });
  await aWorkspace(database.pool);
  await seal();
  await seal();
  await aWorkspace(database.pool);
  await seal();
  assert.equal(logged.length, 2);
  assert.equal(logged[1]!.number, logged[0]!.number + 1);
  const { rows } = await database.pool.query("select hash from app_private.audit_seals order by number");
  assert.deepEqual(
    rows.map(({ hash }) => hash.toString("hex")),
    logged.map(({ hash }) => hash),
  );
  assert.equal((await database.pool.query("select from app_private.verify_audit()")).rowCount, 0);
});
