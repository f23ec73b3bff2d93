import { Argument, type Command, Option } from "commander";
import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

const SUBJECTS = [
  "conversations",
  "messages",
  "system_messages",
  "runs",
  "webhook_bodies",
  "media",
  "audit_entries",
  "deleted_contacts",
];

type Options = CommonOptions & { tenant?: string };
type SetOptions = Options & { do: string; after?: string; keep?: true };

/** `parley retention list`. */
export function retentionList(): Command {
  return withTenant(define("list", "List retention rules", "parley retention list")).action(
    (options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query(
          `select t.slug as tenant, r.subject, r.action, r.after::text, r.is_active
           from app_public.retention_rules r
           join app_public.tenants t on t.id = r.tenant_id
           where $1::uuid is null or r.tenant_id = $1
           union all
           select 'all others', d.subject, d.action, d.after::text, true from app_private.retention_defaults d
           order by 1, 2`,
          [options.tenant === undefined ? null : await findTenant(pool, options.tenant)],
        );
        print(options, rows, tableOf(rows, "There are no rules: everything is kept."));
      }),
  );
}

/** `parley retention set`. */
export function retentionSet(): Command {
  return withTenant(
    define(
      "set",
      "Set what is done with old data: of a tenant, or of all that have no rule of their own",
      'parley retention set messages --tenant bakery --do archive --after "90 days"',
    )
      .addArgument(new Argument("<subject>", "what").choices(SUBJECTS))
      .addOption(
        new Option("--do <action>", "what is done")
          .choices(["archive", "delete", "anonymise"])
          .default("delete"),
      )
      .option("--after <age>", 'the age, such as "90 days"')
      .option("--keep", "keep this data, whatever the rule for all tenants says"),
  ).action((subject: string, options: SetOptions) =>
    onDatabase(async ({ pool }) => {
      if (options.tenant === undefined) await setDefault(pool, subject, options);
      else await setRule(pool, await findTenant(pool, options.tenant), subject, options);
      print(options, { subject }, "Set. It is applied every night; see: parley retention preview");
    }),
  );
}

async function setRule(pool: pg.Pool, tenantId: string, subject: string, options: SetOptions): Promise<void> {
  await pool.query(
    `insert into app_public.retention_rules as r (tenant_id, subject, action, after, is_active)
     values ($1, $2, $3, $4, $5)
     on conflict on constraint retention_rules_subject_key do update set
       action = excluded.action, after = excluded.after, is_active = excluded.is_active`,
    [tenantId, subject, options.do, options.after ?? "100 years", !options.keep],
  );
}

async function setDefault(pool: pg.Pool, subject: string, options: SetOptions): Promise<void> {
  if (options.keep) throw new ParleyError("PYREQ", "--keep is for one tenant: without a rule, data is kept");
  await pool.query(
    `insert into app_private.retention_defaults as d (subject, action, after) values ($1, $2, $3)
     on conflict on constraint retention_defaults_pkey do update set action = excluded.action, after = excluded.after`,
    [subject, options.do, options.after ?? null],
  );
}

/** `parley retention remove`. */
export function retentionRemove(): Command {
  return withTenant(
    define(
      "remove",
      "Remove a retention rule",
      "parley retention remove messages --tenant bakery",
    ).addArgument(new Argument("<subject>", "what").choices(SUBJECTS)),
  ).action((subject: string, options: Options) =>
    onDatabase(async ({ pool }) => {
      const { rowCount } =
        options.tenant === undefined
          ? await pool.query("delete from app_private.retention_defaults where subject = $1", [subject])
          : await pool.query("delete from app_public.retention_rules where subject = $1 and tenant_id = $2", [
              subject,
              await findTenant(pool, options.tenant),
            ]);
      print(options, { removed: rowCount }, rowCount === 0 ? "There was no such rule" : "Removed");
    }),
  );
}

/** `parley retention preview`. */
export function retentionPreview(): Command {
  return withTenant(
    define("preview", "Count what the rules would do now", "parley retention preview --tenant bakery"),
  ).action((options: Options) =>
    onDatabase(async ({ pool }) => {
      const { rows } = await pool.query(
        `select t.slug as tenant, p.subject, p.action, p.due_until, p.row_count as rows
         from app_public.tenants t
         cross join lateral app_private.preview_retention(t.id) p
         where $1::uuid is null or t.id = $1
         order by t.slug, p.subject`,
        [options.tenant === undefined ? null : await findTenant(pool, options.tenant)],
      );
      print(options, rows, tableOf(rows, "There are no rules: everything is kept."));
    }),
  );
}

function withTenant(command: Command): Command {
  return command.option("--tenant <tenant>", "slug or id of the tenant; default: all");
}
