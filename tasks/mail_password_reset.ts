import type { Task } from "../src/jobs/tasks.ts";
import { passwordResetLetter } from "../src/mail/account_letters.ts";
import { passwordResetLink } from "../src/mail/account_links.ts";
import { MailError } from "../src/mail/mailer.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

type Tools = Pick<WorkerContext, "pool" | "mailer" | "slots" | "config" | "log">;

type Issued = { token: string; email: string; name: string; expires_at: Date };

/**
 * Sends the link for a new password, if the address has an account. Only this job looks for it, so that the request
 * reveals nothing. The token is made now, so that no job contains it.
 */
export default ({ pool, mailer, slots, config, log }: Tools): Task<"mail_password_reset"> =>
  ({ passwordResetId }, helpers) =>
    slots.run("mail_password_reset", passwordResetId, helpers, async () => {
      if (mailer === null) {
        log.warn({ passwordResetId }, "a link for a new password was not sent, because SMTP_URL is not set");
        return;
      }
      const { rows } = await pool.query<Issued>("select * from app_private.issue_password_reset($1)", [
        passwordResetId,
      ]);
      const [reset] = rows;
      if (!reset) return;
      const { email: address, name, expires_at: expiresAt } = reset;
      const letter = passwordResetLetter({ name, expiresAt, link: passwordResetLink(reset.token, config) });
      try {
        await mailer.send(letter, { name, address }, helpers.abortSignal);
      } catch (error) {
        if (!(error instanceof MailError && error.isFinal)) throw error;
        log.warn({ passwordResetId, err: error }, "a link for a new password could not be sent");
      }
    });
