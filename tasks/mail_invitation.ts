import type { Task } from "../src/jobs/tasks.ts";
import { invitationLetter } from "../src/mail/account_letters.ts";
import { invitationLink } from "../src/mail/account_links.ts";
import { MailError } from "../src/mail/mailer.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

type Tools = Pick<WorkerContext, "pool" | "mailer" | "slots" | "config" | "log">;

type Issued = {
  token: string;
  email: string;
  name: string;
  role: string;
  tenant_name: string;
  inviter_name: string | null;
  expires_at: Date;
};

/** Sends an invited person the link with which to accept. The token is made now, so that no job contains it. */
export default ({ pool, mailer, slots, config, log }: Tools): Task<"mail_invitation"> =>
  async ({ invitationId }, helpers) => {
    const { rows } = await pool.query<{ tenant_id: string }>(
      "select tenant_id from app_public.invitations where id = $1",
      [invitationId],
    );
    if (rows.length === 0) return;
    await slots.run("mail_invitation", rows[0]!.tenant_id, helpers, async () => {
      if (mailer === null) {
        log.warn({ invitationId }, "an invitation was not sent, because SMTP_URL is not set");
        return record("No mail server is configured");
      }
      const issued = await pool.query<Issued>("select * from app_private.issue_invitation($1)", [
        invitationId,
      ]);
      const [invitation] = issued.rows;
      if (!invitation) return;
      const { email: address, name, role, tenant_name: tenantName, inviter_name: inviterName } = invitation;
      const link = invitationLink(invitation.token, config);
      const letter = invitationLetter({
        ...{ name, role, tenantName, inviterName, link },
        expiresAt: invitation.expires_at,
      });
      try {
        await mailer.send(letter, { name, address }, helpers.abortSignal);
        await record(null);
      } catch (error) {
        if (!(error instanceof MailError)) throw error;
        await record(error.message);
        if (!error.isFinal) throw error;
        log.warn({ invitationId, err: error }, "an invitation could not be sent");
      }
    });

    async function record(error: string | null): Promise<void> {
      await pool.query(
        `update app_public.invitations set mail_error = $2, mailed_at = case when $2::text is null then now() else mailed_at end
         where id = $1`,
        [invitationId, error],
      );
    }
  };
