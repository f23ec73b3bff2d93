import type { Command } from "commander";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { name?: string; timeZone?: string; country?: string };

/** `parley tenant add`. */
export function tenantAdd(): Command {
  return define("add", "Create a tenant", 'parley tenant add bakery --name "The Bakery"')
    .argument("<slug>", "its short name in commands and at sign-in: a-z, 0-9 and -")
    .option("--name <name>", "the name that users see; default: the slug")
    .option(
      "--time-zone <zone>",
      'the zone of the days of its figures, such as "Europe/Berlin"; default: UTC',
    )
    .option("--country <code>", "of phone numbers without a country code in imported files, such as DE")
    .action((slug: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<{ id: string; slug: string; name: string; time_zone: string }>(
          `insert into app_public.tenants (slug, name, time_zone, country) values ($1, $2, $3, $4)
           returning id, slug, name, time_zone`,
          [slug, options.name ?? slug, options.timeZone ?? "UTC", options.country],
        );
        const [tenant] = rows;
        print(options, tenant, `Added the tenant ${slug} (${tenant?.id})`);
      }),
    );
}
