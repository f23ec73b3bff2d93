import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { readFilter } from "../read_filter.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string; filter?: string; sample: string };
type Row = { count: number; sample: Record<string, unknown>[] };

/** `parley segment preview`. */
export function segmentPreview(): Command {
  return define(
    "preview",
    "Count the contacts of a segment or a filter, and show the newest of them",
    `parley segment preview --tenant bakery --filter '{"field": "lastWroteAt", "after": "30 days ago"}'`,
  )
    .argument("[name]", "the name of a segment")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--filter <filter>", "instead of a segment: JSON, or @ and the path of a file with it")
    .option("--sample <number>", "how many contacts are shown", "10")
    .action((name: string | undefined, options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<Row>(
          `select p.count, coalesce(s.sample, '[]') as sample
           from app_private.preview_audience($1, $2, $3) p
           cross join lateral (
             select jsonb_agg(jsonb_build_object(
               'name', coalesce(c.name, c.profile_name), 'phone', c.phone, 'language', c.language, 'id', c.id
             ) order by c.created_at desc, c.id) as sample
             from unnest(p.sample) c
           ) s`,
          [
            await findTenant(pool, options.tenant),
            JSON.stringify(await chosen(name, options)),
            sizeOf(options),
          ],
        );
        const { count, sample } = rows[0]!;
        print(
          options,
          { count, sample },
          [tableOf(sample, ""), `${count} contacts`].filter(Boolean).join("\n\n"),
        );
      }),
    );
}

async function chosen(name: string | undefined, { filter }: Options): Promise<unknown> {
  if ((name === undefined) === (filter === undefined))
    throw new ParleyError("PYREQ", "Either the name of a segment or --filter is required");
  return filter === undefined ? { field: "segment", is: name } : readFilter(filter);
}

function sizeOf({ sample }: Options): number {
  const size = Number(sample);
  if (!Number.isInteger(size) || size < 0 || size > 100)
    throw new ParleyError("PYREQ", "--sample must be a whole number from 0 to 100");
  return size;
}
