import { type Command, Option } from "commander";
import { schemaState } from "../../database/schema_state.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase, type Session } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { show?: true; dryRun?: true };

/** `parley migrate`: brings the schema up to date. */
export function migrate(): Command {
  return define(
    "migrate",
    "Create or update roles, schema and partitions; can be repeated, and run on many machines at once",
    "parley migrate",
  )
    .addOption(new Option("--show", "only list the migrations, and when they were run").conflicts("dryRun"))
    .option("--dry-run", "run the missing migrations in a transaction, and roll it back")
    .action((options: Options) =>
      onDatabase((session) => (options.show ? show : options.dryRun ? tryOut : run)(session, options), {
        needsSchema: false,
      }),
    );
}

// The migrations' library is loaded only when it is needed.

async function run({ pool, ownerUrl, log }: Session, options: Options): Promise<void> {
  const before = await schemaState(pool);
  const { migrate: bringUpToDate } = await import("../../database/migrate.ts");
  await bringUpToDate(ownerUrl, log);
  const text = before === "current" ? "The schema was up to date" : "The schema is up to date";
  print(options, { before, after: await schemaState(pool) }, text);
}

async function show({ pool }: Session, options: Options): Promise<void> {
  const { listMigrations } = await import("../../database/preview_migrations.ts");
  const migrations = await listMigrations(pool);
  const shown = migrations.map(({ file, appliedAt }) => ({ migration: file, run: appliedAt ?? "not yet" }));
  print(options, { state: await schemaState(pool), migrations }, tableOf(shown, "There are no migrations"));
}

async function tryOut({ pool, ownerUrl }: Session, options: Options): Promise<void> {
  const { tryMigrations } = await import("../../database/preview_migrations.ts");
  const state = await schemaState(pool);
  const tried = state === "missing" ? [] : await tryMigrations(ownerUrl);
  const shown = tried.map(({ file, ms, lockedTables }) => ({
    migration: file,
    ms: ms ?? "not tried: it needs no transaction",
    locks: lockedTables,
  }));
  const nothing =
    state === "missing"
      ? "The database has no schema yet: all migrations would run"
      : "The schema is up to date";
  print(options, { state, migrations: tried }, tableOf(shown, nothing));
}
