import type { Command } from "commander";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { name?: string };

/** `parley tenant add`. */
export function tenantAdd(): Command {
  return define("add", "Create a tenant", 'parley tenant add bakery --name "The Bakery"')
    .argument("<slug>", "its short name in commands and at sign-in: a-z, 0-9 and -")
    .option("--name <name>", "the name that users see; default: the slug")
    .action((slug: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<{ id: string; slug: string; name: string }>(
          "insert into app_public.tenants (slug, name) values ($1, $2) returning id, slug, name",
          [slug, options.name ?? slug],
        );
        const [tenant] = rows;
        print(options, tenant, `Added the tenant ${slug} (${tenant?.id})`);
      }),
    );
}
