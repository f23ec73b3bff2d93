import { Argument, type Command } from "commander";
import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import {
  MAINTENANCE,
  type Maintenance,
  maintainTable,
  type TableSize,
  tablesToMaintain,
} from "../../database/maintain_table.ts";
import { withOwnerClient } from "../../database/owner_client.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { Progress } from "../progress.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { table?: string[] };

/** `parley maintenance`. */
export function maintenance(): Command {
  return define(
    "maintenance",
    "Vacuum, analyze or reindex tables one after the other, while everything runs",
    "parley maintenance reindex --table app_public.messages",
  )
    .addArgument(new Argument("<what>", "what to do").choices(MAINTENANCE))
    .option("--table <names>", "only these tables, separated by commas; default: all", (names) =>
      names.split(","),
    )
    .action((what: Maintenance, options: Options) =>
      onDatabase(async ({ pool, ownerUrl }) => {
        const tables = await tablesToMaintain(pool, options.table);
        const unknown = options.table?.find((name) => !name.startsWith("app_"));
        if (tables.length === 0 || unknown !== undefined)
          throw new ParleyError(
            "PYREQ",
            `There is no table ${unknown ?? options.table?.join(", ")}: name it with its schema`,
          );
        const done = await withOwnerClient(ownerUrl, "maintenance", (client) =>
          maintainAll(client, pool, tables, what),
        );
        print(options, { what, tables: done }, tableOf(done, "There are no tables"));
      }),
    );
}

type Done = { table: string; seconds: number; bytesBefore: number; bytesAfter: number };

async function maintainAll(
  client: pg.Client,
  observer: pg.Pool,
  tables: readonly TableSize[],
  what: Maintenance,
): Promise<Done[]> {
  const progress = new Progress();
  const done: Done[] = [];
  try {
    for (const [at, { name, bytes }] of tables.entries()) {
      const began = performance.now();
      const title = `${what} ${name} (${at + 1}/${tables.length})`;
      const bytesAfter = await maintainTable(client, observer, name, what, (part) =>
        progress.show(part === null ? title : `${title} ${Math.round(part * 100)} %`),
      );
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      done.push({ table: name, seconds, bytesBefore: bytes, bytesAfter });
    }
  } finally {
    progress.end();
  }
  return done;
}
