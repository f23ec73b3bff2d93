import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stageImport } from "../../src/imports/stage_import.ts";
import { temporaryFolder } from "../src/media/temporary_folder.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWorkspace } from "../support/people.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram | undefined;
const folder = await temporaryFolder({ after });
before(async () => {
  database = await createTestDatabase();
});
after(async () => {
  await program?.stop();
  await database.drop();
});

test("a worker imports what was uploaded, and goes on after the last row that another one has applied", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const path = join(folder, "contacts.csv");
  const rows = Array.from({ length: 3000 }, (_, n) => `+1555${String(1_000_000 + n)},Customer ${n}`);
  await writeFile(path, ["phone,name", ...rows].join("\n"));
  const options = { onExisting: "update" as const, mapping: {}, createsFields: false, tags: [], groups: [] };
  const { id } = await stageImport(database.pool, {
    ...{ path, tenantId, userId: null, filename: "contacts.csv" },
    options: { isDryRun: false, ...options },
  });
  // A worker has applied the first thousand rows, and was killed.
  await database.pool.query("select app_private.import_contacts($1, 1000)", [id]);

  program = await startProgram(database);
  const done = await until("the import", async () => {
    const { rows } = await database.pool.query(
      "select status, created_count, unchanged_count, failed_count from app_public.imports where id = $1",
      [id],
    );
    return rows[0].status === "running" ? undefined : rows[0];
  });
  assert.deepEqual(done, { status: "completed", created_count: 3000, unchanged_count: 0, failed_count: 0 });
  const { rows: contacts } = await database.pool.query(
    "select count(*)::int as count, min(name) as first from app_public.contacts where tenant_id = $1",
    [tenantId],
  );
  assert.deepEqual(contacts, [{ count: 3000, first: "Customer 0" }]);
});
