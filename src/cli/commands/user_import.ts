import { basename } from "node:path";
import type { Command } from "commander";
import type pg from "pg";
import { databaseFailure } from "../../base/database_error.ts";
import { ParleyError } from "../../base/errors.ts";
import { openCsv } from "../../csv/read_csv.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { invitationLink } from "../../mail/account_links.ts";
import { findTenant } from "../../services/find.ts";
import { isSentByMail, type LinkOptions, printLinkOption } from "../account_link.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { ROLES } from "../roles.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & LinkOptions & { tenant: string; role: string; dryRun?: true };

/** The outcome of a row. */
type Outcome = {
  row: number;
  email: string;
  outcome: "invited" | "unchanged" | "failed";
  link?: string;
  error?: string;
};

/** `parley user import`. */
export function userImport(): Command {
  return define(
    "import",
    "Invite the users of a CSV file with the columns email, name and role; members and invited users stay as they are",
    "parley user import staff.csv --tenant bakery --role agent",
  )
    .argument("<file>", "a CSV file; its encoding and delimiter are found in it")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .addOption(
      ROLES.option().makeOptionMandatory(false).default("agent", "agent, where the file has no role"),
    )
    .option("--dry-run", "check the file, and invite no one")
    .addOption(printLinkOption())
    .action((path: string, options: Options) =>
      onDatabase(async ({ pool, config }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const byMail = isSentByMail(options, config);
        const outcomes: Outcome[] = [];
        for await (const user of readUsers(path, options.role)) {
          const { token, ...outcome } = await inviteOne(pool, tenantId, user, { ...options, byMail });
          outcomes.push({ ...outcome, ...(token && { link: invitationLink(token, config) }) });
        }
        report(basename(path), outcomes, options);
      }),
    );
}

type Row = { row: number; email: string; name: string | null; role: string };

async function* readUsers(path: string, defaultRole: string): AsyncGenerator<Row> {
  const { header, rows } = await openCsv(path, { country: null });
  const names = header.map((name) => name.toLowerCase());
  const at = { email: names.indexOf("email"), name: names.indexOf("name"), role: names.indexOf("role") };
  if (at.email === -1) throw new ParleyError("PYCSV", "The file has no column email");
  for await (const { number, cells } of rows)
    yield {
      row: number,
      email: cells[at.email] ?? "",
      name: cells[at.name] || null,
      role: cells[at.role]?.toLowerCase() || defaultRole,
    };
}

async function inviteOne(
  pool: pg.Pool,
  tenantId: string,
  { row, email, name, role }: Row,
  { byMail, dryRun }: { byMail: boolean; dryRun?: true | undefined },
): Promise<Outcome & { token?: string }> {
  const outcome = { row, email };
  if (!ROLES.names.some((known) => known === role))
    return { ...outcome, outcome: "failed", error: `\`role\` must be one of ${ROLES.names.join(", ")}` };
  try {
    return await inTransaction(pool, async (db) => {
      const { rows } = await db.query<{ is_known: boolean }>(
        `select exists (
           select from app_public.memberships m join app_public.users u on u.id = m.user_id
           where m.tenant_id = $1 and lower(u.email) = lower(app_hidden.normalize_email($2))
         ) or exists (
           select from app_public.invitations i
           where i.tenant_id = $1 and lower(i.email) = lower(app_hidden.normalize_email($2)) and i.expires_at > now()
         ) as is_known`,
        [tenantId, email],
      );
      if (rows[0]!.is_known) return { ...outcome, outcome: "unchanged" };
      const invited = await db.query<{ token: string | null }>(
        "select token from app_private.invite($1, $2, $3, $4, null, $5)",
        [tenantId, email, name, role, byMail],
      );
      const { token } = invited.rows[0]!;
      if (dryRun) throw new DryRun();
      return { ...outcome, outcome: "invited", ...(token && { token }) };
    });
  } catch (error) {
    if (error instanceof DryRun) return { ...outcome, outcome: "invited" };
    const failure = databaseFailure(error);
    if (!failure || failure.code === "PYUNA") throw error;
    return { ...outcome, outcome: "failed", error: `${failure.message} (${failure.code})` };
  }
}

/** Undoes the invitation. */
class DryRun extends Error {}

function report(file: string, outcomes: readonly Outcome[], options: Options): void {
  const count = (wanted: Outcome["outcome"]) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const counts = { invited: count("invited"), unchanged: count("unchanged"), failed: count("failed") };
  const shown = outcomes.filter(({ link, error }) => link !== undefined || error !== undefined);
  const text = `${options.dryRun ? "No one is invited. It would be: invited" : "Invited"} ${counts.invited}, unchanged ${counts.unchanged}, failed ${counts.failed}`;
  const rows = shown.map(({ row, email, link, error }) => ({ row, email, "link or error": link ?? error }));
  print(options, { ...counts, users: outcomes }, rows.length > 0 ? `${tableOf(rows, "")}\n${text}` : text);
  if (counts.failed > 0) {
    remark(options, `The rows are those of ${file}`);
    process.exitCode = 1;
  }
}
