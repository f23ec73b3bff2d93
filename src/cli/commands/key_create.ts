import { type Command, Option } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { SCOPES } from "../../graphql/auth/scope.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; scope: string[]; expires?: string };
type Created = { id: string; scopes: string[]; expires_at: Date | null; secret: string };

/** `parley key create`. */
export function keyCreate(): Command {
  return define(
    "create",
    "Create an API key of a tenant. It is shown once",
    'parley key create "Nightly report" --tenant bakery --scope read --expires 2027-12-31',
  )
    .argument("<name>", "what the key is for")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .addOption(
      new Option("--scope <scopes...>", "what the key may do; every key may read")
        .choices(SCOPES)
        .makeOptionMandatory(),
    )
    .option("--expires <time>", "when the key ends, such as 2027-12-31; defaults to never")
    .action((name: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<Created>(
          `select (k.api_key).id, (k.api_key).scopes::text[], (k.api_key).expires_at, k.secret
           from app_private.add_api_key($1, $2, $3, $4, null) k`,
          [await findTenant(pool, options.tenant), name, options.scope, expiryOf(options)],
        );
        const { id, scopes, expires_at, secret } = rows[0]!;
        const document = { id, name, scopes, expiresAt: expires_at?.toISOString() ?? null, secret };
        print(options, document, `Created the key "${name}" (${scopes.join(", ")})`);
        remark(options, `API key, shown this once: ${secret}`);
      }),
    );
}

function expiryOf({ expires }: Options): Date | null {
  if (expires === undefined) return null;
  const time = new Date(expires);
  if (Number.isNaN(time.getTime()))
    throw new ParleyError("PYREQ", "--expires must be a date or a time, such as 2027-12-31");
  return time;
}
