import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
let workspace: ConnectedWorkspace;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
  workspace = await program.connectedWorkspace();
});
after(async () => {
  await program.stop();
  await database.drop();
});

const AD = { source_type: "ad", source_id: "120", source_url: "https://fb.me/1", ctwa_clid: "Aff-click" };

/** A customer who has written, by way of an advertisement or by themself. Returns the contact's id. */
async function aContact(phone: string, referral?: typeof AD): Promise<string> {
  program.sandbox.customer({ phone }, workspace.phoneNumberId).say("Hi", { referral });
  return until("the message", async () => {
    const { rows } = await database.pool.query(
      `select c.id from app_public.contacts c join app_public.conversations v on v.contact_id = c.id
       where c.phone = $1 and v.last_message_id is not null`,
      [`+${phone}`],
    );
    return rows[0]?.id;
  });
}

async function convert(contactId: string, eventName: string, value?: number): Promise<string> {
  const { rows } = await database.pool.query(
    `insert into app_public.conversions (contact_id, event_name, value, currency)
     values ($1, $2, $3, case when $3::numeric is not null then 'EUR' end) returning id`,
    [contactId, eventName, value],
  );
  return rows[0].id;
}

const outcome = (id: string, status: string, errorCode: string | null = null) =>
  until(`the conversion to be ${status}`, async () => {
    const { rows } = await database.pool.query(
      "select status, error_code from app_public.conversions where id = $1",
      [id],
    );
    return rows[0].status === status && rows[0].error_code === errorCode;
  });

const reported = () => program.sandbox.conversions(workspace.businessAccountId);
const failReport = (fault: Parameters<TestProgram["sandbox"]["faults"]["add"]>[0]) =>
  program.sandbox.faults.add(fault, { operation: "reportConversion", times: 1 });

test("a conversion of a contact who came from an advertisement is reported once, with the click", async () => {
  const contactId = await aContact("15557670021", AD);
  const purchase = await convert(contactId, "Purchase", 49.9);
  await outcome(purchase, "reported");
  const { time, ...event } = reported()[0]!;
  assert.ok(Math.abs(time - Date.now() / 1000) < 60);
  const expected = { id: purchase, name: "Purchase", clickId: AD.ctwa_clid, value: 49.9, currency: "EUR" };
  assert.deepEqual(event, expected);

  // The response is lost: the report is repeated, and is the same one to Meta.
  failReport({ kind: "cut", accepts: true });
  const lead = await convert(contactId, "QualifiedLead");
  await outcome(lead, "pending", "PYUNR");
  await database.pool.query(
    "select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs where key = $1), now())",
    [`report_conversion:${lead}`],
  );
  await outcome(lead, "reported");
  assert.deepEqual(
    reported().map(({ name }) => name),
    ["Purchase", "QualifiedLead"],
  );
});

test("a refused report shows the provider's error, stops no channel, and can be repeated", async () => {
  const contactId = await aContact("15557670022", AD);
  failReport({ kind: "error", code: 200 });
  const id = await convert(contactId, "LeadSubmitted");
  await outcome(id, "failed", "200");
  const { rows } = await database.pool.query("select status from app_public.channels where id = $1", [
    workspace.channelId,
  ]);
  assert.equal(rows[0].status, "active");
  await database.pool.query("select app_public.retry_conversion($1)", [id]);
  await outcome(id, "reported");
});

test("there is nothing to report of a contact who did not come from an advertisement", async () => {
  const before = reported().length;
  const id = await convert(await aContact("15557670023"), "Purchase", 1);
  await outcome(id, "skipped");
  assert.equal(reported().length, before);
});
