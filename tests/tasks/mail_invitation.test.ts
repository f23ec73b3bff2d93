import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JobHelpers } from "graphile-worker";
import { readConfig } from "../../src/base/config.ts";
import { createLog } from "../../src/base/log.ts";
import { inTransaction } from "../../src/database/pipeline.ts";
import { SlowSlots } from "../../src/jobs/slow_slots.ts";
import { openMailer } from "../../src/mail/mailer.ts";
import mailInvitation from "../../tasks/mail_invitation.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type MailServer, startMailServer, textOf } from "../support/mail_server.ts";
import { aPerson, aWorkspace, become, type Workspace } from "../support/people.ts";

let database: TestDatabase;
let server: MailServer;
let workspace: Workspace;
before(async () => {
  database = await createTestDatabase();
  server = await startMailServer();
  workspace = await aWorkspace(database.pool);
});
after(async () => {
  await server.close();
  await database.drop();
});

/** An invitation of an admin by mail, and the payload of its job. */
async function invite(email: string) {
  const admin = await aPerson(database.pool, workspace.tenantId, "admin");
  return inTransaction(database.pool, async (db) => {
    await become(db, admin);
    const { rows } = await db.query(
      "select * from app_public.invite_user($1, E'Ann\\nBcc: eve@example.com', 'viewer', true)",
      [email],
    );
    await db.query("select set_config('role', 'none', true)");
    const jobs = await db.query(
      "select payload, key from graphile_worker._private_jobs order by id desc limit 1",
    );
    return { ...(rows[0] as { invitation_id: string; token: string | null }), job: jobs.rows[0] };
  });
}

function run(invitationId: string, env: Record<string, string> = {}) {
  const lines: string[] = [];
  const config = readConfig({
    PUBLIC_URL: "https://parley.example.com",
    SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    SMTP_FROM: "parley@example.com",
    ...env,
  });
  const log = createLog("debug", { write: (line: string) => void lines.push(line) });
  const tools = { pool: database.pool, slots: new SlowSlots(), config, log, mailer: openMailer(config) };
  const helpers = { abortSignal: new AbortController().signal } as JobHelpers;
  return mailInvitation(tools)({ invitationId }, helpers).then(() => lines);
}

async function rowOf(id: string) {
  const { rows } = await database.pool.query(
    "select mailed_at is not null as is_mailed, mail_error from app_public.invitations where id = $1",
    [id],
  );
  return rows[0];
}

async function accept(token: string): Promise<string> {
  const { rows } = await database.pool.query(
    "select outcome from app_hidden.accept_invitation($1, 'correct horse battery', null, null, '1 day')",
    [token],
  );
  return rows[0].outcome;
}

test("an invited person gets a link that works once; job and log hold no token", async () => {
  const { invitation_id: id, token, job } = await invite("ann@example.com");
  assert.equal(token, null);
  assert.deepEqual(job, { payload: { invitationId: id }, key: `mail_invitation:${id}` });
  const first = await run(id);
  const again = await run(id);
  assert.deepEqual(await rowOf(id), { is_mailed: true, mail_error: null });
  const [earlier, mail] = server.mails.splice(0);
  assert.deepEqual(mail!.to, ["ann@example.com"]);
  assert.match(mail!.raw, new RegExp(`^Subject: Invitation to ${workspace.slug}$`, "m"));
  assert.doesNotMatch(mail!.raw, /^Bcc/m);
  const tokenIn = (text: string) =>
    /^https:\/\/parley\.example\.com\/account\/invitation\?token=([\w-]{43})$/m.exec(text)?.[1] ?? "";
  const secret = tokenIn(textOf(mail!));
  assert.ok(!JSON.stringify([first, again, job]).includes(secret));
  assert.equal(
    await accept(tokenIn(textOf(earlier!))),
    "invalid",
    "the link of the last e-mail is the valid one",
  );
  assert.equal(await accept(secret), "signed_in");
  assert.equal(await accept(secret), "invalid");
  await run(id);
  assert.equal(server.mails.length, 0, "an accepted invitation is not sent again");
});

test("failures show on the invitation: temporary ones are retried, a dead address is not", async () => {
  const { invitation_id: id } = await invite("bob@example.com");
  server.refusals = { RCPT: "450 4.2.0 <bob@example.com> later" };
  await assert.rejects(run(id), /EENVELOPE \(SMTP 450\)/);
  assert.match((await rowOf(id)).mail_error, /SMTP 450/);
  server.refusals = { RCPT: "550 5.1.1 <bob@example.com> unknown" };
  const lines = await run(id);
  assert.deepEqual(await rowOf(id), {
    is_mailed: false,
    mail_error: "The mail server refused the recipient or the e-mail (SMTP 550)",
  });
  assert.ok(lines.some((line) => line.includes(id) && line.includes("SMTP 550")));
  assert.ok(!lines.join().includes("bob@"));
  await run(id, { SMTP_URL: "", SMTP_FROM: "" });
  assert.equal((await rowOf(id)).mail_error, "No mail server is configured");
  server.refusals = {};
  await run(id);
  assert.deepEqual(await rowOf(id), { is_mailed: true, mail_error: null });
  server.mails.length = 0;

  await database.pool.query(
    "update app_public.memberships set role = 'viewer' where tenant_id = $1 and role = 'admin'",
    [workspace.tenantId],
  );
  await run(id);
  assert.equal(server.mails.length, 0, "its author may not invite any more");
});
