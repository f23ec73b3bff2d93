import type pg from "pg";
import {
  appliedMigrations,
  type CommittedMigration,
  describeFailure,
  readCommitted,
} from "./committed_migrations.ts";
import type { Db } from "./db.ts";
import { MIGRATIONS_FOLDER } from "./migrate.ts";
import { withOwnerClient } from "./owner_client.ts";

type ListedMigration = { file: string; appliedAt: Date | null };

/** The committed migrations, and when this database has run them. @throws ParleyError PYMIG if one was changed */
export async function listMigrations(db: Db, folder = MIGRATIONS_FOLDER): Promise<ListedMigration[]> {
  const [migrations, applied] = [await readCommitted(db, folder), await appliedMigrations(db)];
  return migrations.map(({ filename, realFilename }) => ({
    file: realFilename,
    appliedAt: applied.get(filename)?.appliedAt ?? null,
  }));
}

type TriedMigration = {
  file: string;
  /** Null: it was not run, because it cannot run in a transaction. */
  ms: number | null;
  /** The existing tables that nobody could have read or written until the migration had ended. */
  lockedTables: string[];
};

/**
 * Runs the migrations that this database has not run, and rolls them back. It fails as they would, for example because a
 * row does not satisfy a new constraint, and holds the same locks until then: it waits at most half a second for each.
 * @throws ParleyError PYMIG
 */
export async function tryMigrations(ownerUrl: string, folder = MIGRATIONS_FOLDER): Promise<TriedMigration[]> {
  // The transaction ends with the connection, and is not committed.
  return withOwnerClient(ownerUrl, "migrate", async (client) => {
    const migrations = await readCommitted(client, folder);
    const applied = await appliedMigrations(client);
    const tried: TriedMigration[] = [];
    await client.query("begin");
    await client.query("set local lock_timeout to '500ms'");
    const { rows } = await client.query<{ oid: number }>(
      "select oid from pg_class where relkind in ('r', 'p')",
    );
    const there = rows.map(({ oid }) => oid);
    for (const migration of migrations.filter(({ filename }) => !applied.has(filename)))
      tried.push(await tryMigration(client, migration, there));
    return tried;
  });
}

async function tryMigration(
  client: pg.Client,
  migration: CommittedMigration,
  there: readonly number[],
): Promise<TriedMigration> {
  if (migration.body.trimStart().startsWith("--! no-transaction"))
    return { file: migration.realFilename, ms: null, lockedTables: [] };
  const began = performance.now();
  try {
    await client.query(migration.body);
  } catch (error) {
    await client.query("rollback");
    throw await describeFailure(client, [migration], error);
  }
  const ms = Math.round(performance.now() - began);
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name
     from pg_locks l
     join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p') and not c.relispartition
     where l.pid = pg_backend_pid() and l.mode = 'AccessExclusiveLock'
     and c.relnamespace::regnamespace::text ~ '^app_' and c.oid = any ($1)
     order by 1`,
    [there],
  );
  return { file: migration.realFilename, ms, lockedTables: rows.map(({ name }) => name) };
}
