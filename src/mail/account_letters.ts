import { type Letter, letter, oneLine } from "./letter.ts";

type Invitation = {
  name: string;
  tenantName: string;
  /** Null if the operator invites. */
  inviterName: string | null;
  role: string;
  expiresAt: Date;
  link: string;
};

/** The e-mail to a person who is invited into a tenant. */
export function invitationLetter(invitation: Invitation): Letter {
  const { name, role, expiresAt, link } = invitation;
  const tenant = oneLine(invitation.tenantName);
  const { inviterName } = invitation;
  const invites =
    inviterName === null ? "You are invited to join" : `${oneLine(inviterName)} invites you to join`;
  return letter({
    subject: `Invitation to ${tenant}`,
    before: [
      `Hello ${oneLine(name)},`,
      `${invites} the workspace "${tenant}" on Parley, as ${role}. To accept, open this address:`,
    ],
    link,
    after: [
      `The link is valid until ${formatInstant(expiresAt)}. If this e-mail address has an account already, you need its ` +
        "password. Otherwise you choose one.",
      "If you did not expect this e-mail, you can ignore it.",
    ],
  });
}

type PasswordReset = { name: string; expiresAt: Date; link: string };

/** The e-mail to a user who requested a new password. */
export function passwordResetLetter({ name, expiresAt, link }: PasswordReset): Letter {
  return letter({
    subject: "A new password for Parley",
    before: [
      `Hello ${oneLine(name)},`,
      "A new password was requested for the Parley account with this e-mail address. To choose one, open this address:",
    ],
    link,
    after: [
      `The link works once, until ${formatInstant(expiresAt)}. Setting a new password signs you out everywhere.`,
      "If you did not request this, you can ignore this e-mail. Your password has not changed.",
    ],
  });
}

const INSTANT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

function formatInstant(instant: Date): string {
  return `${INSTANT.format(instant)} UTC`;
}
