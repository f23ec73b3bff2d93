import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, type Workspace } from "../support/people.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
});
after(async () => {
  await program.stop();
  await database.drop();
});

const contactOf = ({ tenantId }: Workspace) =>
  until("the contact", async () => {
    const { rows } = await database.pool.query(
      "select contact_id as id from app_public.conversations where tenant_id = $1 and last_message_at is not null",
      [tenantId],
    );
    return rows[0]?.id as string | undefined;
  });

/** The outcome of the request to the provider, once there is one. */
const outcomeOf = (contactId: string) =>
  until("the outcome", async () => {
    const { rows } = await database.pool.query(
      "select is_blocked, state, error_code from app_public.contact_blocks where contact_id = $1",
      [contactId],
    );
    return rows[0] && rows[0].state !== "pending" ? rows[0] : undefined;
  });

const ask = (call: string, contactId: string) =>
  database.pool.query(`select status from app_public.${call}`, [contactId]);

test("a contact is blocked and unblocked at the provider too, on request", async () => {
  const workspace = await program.connectedWorkspace();
  const phone = program.sandbox.customer({ phone: "15557670011", name: "Ann" }, workspace.phoneNumberId);
  phone.say("Hello");
  const contactId = await contactOf(workspace);

  assert.equal((await ask("block_contact($1)", contactId)).rows[0].status, "blocked");
  assert.equal((await database.pool.query("select from app_public.contact_blocks")).rowCount, 0);
  await ask("block_contact($1, true)", contactId);
  assert.deepEqual(await outcomeOf(contactId), { is_blocked: true, state: "done", error_code: null });
  assert.equal(phone.chat.isBlocked, true);

  assert.equal((await ask("unblock_contact($1)", contactId)).rows[0].status, "active");
  assert.deepEqual(await outcomeOf(contactId), { is_blocked: false, state: "done", error_code: null });
  assert.equal(phone.chat.isBlocked, false);
});

test("what the provider refuses shows with its code, and the contact is blocked here", async () => {
  const workspace = await program.connectedWorkspace();
  const silent = await aConversation(database.pool, workspace);
  program.sandbox.customer({ phone: silent.phone }, workspace.phoneNumberId);
  await ask("block_contact($1, true)", silent.contactId);
  assert.deepEqual(await outcomeOf(silent.contactId), {
    is_blocked: true,
    state: "failed",
    error_code: "131047",
  });
  await ask("unblock_contact($1)", silent.contactId);
  assert.equal(
    (
      await database.pool.query("select from app_public.contact_blocks where contact_id = $1", [
        silent.contactId,
      ])
    ).rowCount,
    0,
  );

  program.sandbox.faults.add({ kind: "error", code: 139101 }, { operation: "blockUsers", times: 1 });
  await ask("block_contact($1, true)", silent.contactId);
  assert.equal((await outcomeOf(silent.contactId)).error_code, "139101");
});
