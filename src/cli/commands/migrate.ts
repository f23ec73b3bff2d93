import type { Command } from "commander";
import { schemaState } from "../../database/schema_state.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

/** `parley migrate`: brings the schema up to date. */
export function migrate(): Command {
  return define(
    "migrate",
    "Create or update roles, schema and partitions; can be repeated, and run on many machines at once",
    "parley migrate",
  ).action((options: CommonOptions) =>
    onDatabase(
      async ({ pool, ownerUrl, log }) => {
        const before = await schemaState(pool);
        const { migrate: run } = await import("../../database/migrate.ts");
        await run(ownerUrl, log);
        const text = before === "current" ? "The schema was up to date" : "The schema is up to date";
        print(options, { before, after: await schemaState(pool) }, text);
      },
      { needsSchema: false },
    ),
  );
}
