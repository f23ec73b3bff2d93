import type pg from "pg";
import type { Config } from "../base/config.ts";
import { invitationLink } from "../mail/account_links.ts";
import type { CommonOptions } from "./define.ts";
import { print, remark } from "./print.ts";

export type Invitee = { tenantId: string; email: string; role: string; name: string | undefined };

type Invited = { token: string | null; expiresAt: Date };

/** Invites an address and prints the link, unless a job sends it. */
export async function invite(
  db: pg.PoolClient,
  { tenantId, email, role, name }: Invitee,
  { config, options, byMail }: { config: Config; options: CommonOptions; byMail: boolean },
): Promise<void> {
  const { rows } = await db.query<Invited>(
    'select token, expires_at as "expiresAt" from app_private.invite($1, $2, $3, $4, null, $5)',
    [tenantId, email, name, role, byMail],
  );
  const { token, expiresAt } = rows[0]!;
  const link = token === null ? undefined : invitationLink(token, config);
  const invitation = { expiresAt: expiresAt.toISOString(), ...(link && { link, token }) };
  print(options, { email, role, invitation }, `Invited ${email} as ${role}`);
  remark(options, link ? `Invitation, shown this once: ${link}` : "A worker sends the link by e-mail.");
}
