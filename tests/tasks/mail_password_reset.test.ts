import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JobHelpers } from "graphile-worker";
import { readConfig } from "../../src/base/config.ts";
import { createLog } from "../../src/base/log.ts";
import { SlowSlots } from "../../src/jobs/slow_slots.ts";
import { openMailer } from "../../src/mail/mailer.ts";
import mailPasswordReset from "../../tasks/mail_password_reset.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type MailServer, startMailServer, textOf } from "../support/mail_server.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";

let database: TestDatabase;
let server: MailServer;
let ann: Person;
before(async () => {
  database = await createTestDatabase();
  server = await startMailServer();
  ann = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
});
after(async () => {
  await server.close();
  await database.drop();
});

/** Requests a link as the API does, and returns the payload of the job. */
async function request(email: string): Promise<{ passwordResetId: string }> {
  await database.pool.query("select app_hidden.request_password_reset($1, '192.0.2.1')", [email]);
  const { rows } = await database.pool.query(
    "select payload from graphile_worker._private_jobs order by id desc limit 1",
  );
  return rows[0].payload;
}

function run(payload: { passwordResetId: string }, env: Record<string, string> = {}) {
  const lines: string[] = [];
  const config = readConfig({
    SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    SMTP_FROM: "parley@example.com",
    PASSWORD_RESET_URL: "https://app.example.com/#{token}",
    ...env,
  });
  const log = createLog("debug", { write: (line: string) => void lines.push(line) });
  const tools = { pool: database.pool, slots: new SlowSlots(), config, log, mailer: openMailer(config) };
  const helpers = { abortSignal: new AbortController().signal } as JobHelpers;
  return mailPasswordReset(tools)(payload, helpers).then(() => lines);
}

test("the user gets a link, an unknown address gets nothing, and neither job nor log tells them apart", async () => {
  const known = await request(ann.email.toUpperCase());
  const unknown = await request("nobody@example.com");
  assert.deepEqual(Object.keys(known), Object.keys(unknown));
  const lines = [...(await run(known)), ...(await run(unknown))];
  assert.deepEqual(lines, []);
  assert.equal(server.mails.length, 1);
  const [mail] = server.mails.splice(0);
  assert.deepEqual(mail!.to, [ann.email]);
  const token = /^https:\/\/app\.example\.com\/#([\w-]{43})$/m.exec(textOf(mail!))?.[1] ?? "";
  const { rows } = await database.pool.query(
    "select outcome, (select u.id from app_public.users u where u.email = $2) as id from app_hidden.reset_password($1, 'correct horse battery')",
    [token, ann.email],
  );
  assert.deepEqual(rows, [{ outcome: "changed", id: ann.userId }]);
});

test("a dead address is given up, a mail server that is down is tried again, and without one the log says so", async () => {
  const payload = await request(ann.email);
  server.refusals = { RCPT: "550 unknown" };
  assert.match((await run(payload)).join(), /could not be sent.*SMTP 550|SMTP 550.*could not be sent/);
  await assert.rejects(
    run(payload, { SMTP_URL: "smtp://127.0.0.1:1" }),
    /could not be handed to the mail server/,
  );
  assert.match((await run(payload, { SMTP_URL: "", SMTP_FROM: "" })).join(), /SMTP_URL is not set/);
  server.refusals = {};
  await database.pool.query(
    "update app_private.password_resets set created_at = now() - interval '61 minutes'",
  );
  await run(payload);
  assert.equal(server.mails.length, 0, "it comes too late");
});
