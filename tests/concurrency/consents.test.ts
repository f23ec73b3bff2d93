import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

// Without "for no key update" of the contacts in tg_consents__update_contacts(), the opt-in sees no opt-out that it would
// have to clear, and the older opt-out stays in force.
test("an opt-out and a newer opt-in, recorded at once: the newer one applies", async () => {
  const { contactId } = await aConversation(database.pool, await aWorkspace(database.pool));
  const record = (isOptIn: boolean, at: string) => (db: pg.PoolClient) =>
    db.query(
      `insert into app_public.consents (contact_id, category, is_opt_in, method, given_at)
       values ($1, 'all', $2, 'form', $3)`,
      [contactId, isOptIn, at],
    );
  const { waited } = await overlapping(
    database.pool,
    record(false, "2026-01-01 10:00Z"),
    record(true, "2026-01-02 10:00Z"),
  );
  assert.ok(waited);
  const { rows } = await database.pool.query("select opted_out_at from app_public.contacts where id = $1", [
    contactId,
  ]);
  assert.equal(rows[0].opted_out_at, null);
});
