import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ParleyError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { committedFiles } from "../database/committed_migrations.ts";
import type { Db } from "../database/db.ts";
import { migrate } from "../database/migrate.ts";
import type { BackupMigration, Manifest } from "./manifest.ts";

/** Whether the backup's schema is the one of this program, or an earlier one from which it can be migrated. */
export async function requireKnownSchema(
  { migrations, program }: Pick<Manifest, "migrations" | "program">,
  migrationsFolder: string,
): Promise<void> {
  const known = await committedFiles(migrationsFolder);
  const differs = migrations.find(
    ({ file, hash }, at) => known[at]?.filename !== file || known[at]?.hash !== hash,
  );
  if (differs === undefined) return;
  const reason = known.some(({ filename }) => filename === differs.file)
    ? `has another ${differs.file}`
    : `has no ${differs.file}`;
  throw new ParleyError(
    "PYVER",
    `The backup is of another version of the schema: this version of Parley ${reason}. Restore it with Parley ${program}, then upgrade`,
  );
}

/** @throws ParleyError PYVER if the schema of the database is not exactly the backup's. */
export async function requireSameSchema(db: Db, { migrations }: Pick<Manifest, "migrations">): Promise<void> {
  const { rows } = await db.query<BackupMigration>(
    "select filename as file, hash from graphile_migrate.migrations order by filename",
  );
  const isSame =
    rows.length === migrations.length &&
    migrations.every(({ file, hash }, at) => rows[at]?.file === file && rows[at]?.hash === hash);
  if (isSame) return;
  throw new ParleyError(
    "PYVER",
    "The backup and the database have different versions of the schema: restore it into an empty database, which is then migrated",
  );
}

/** Migrates an empty database to the backup's version of the schema, not further. */
export async function migrateToVersion(
  ownerUrl: string,
  log: Log,
  { migrations }: Pick<Manifest, "migrations">,
  migrationsFolder: string,
): Promise<void> {
  const files = await committedFiles(migrationsFolder);
  if (files.length === migrations.length) return migrate(ownerUrl, log, { migrationsFolder });
  const folder = await mkdtemp(join(tmpdir(), "parley-migrations-"));
  try {
    await mkdir(join(folder, "committed"));
    for (const { fullPath } of files.slice(0, migrations.length))
      await cp(fullPath, join(folder, "committed", basename(fullPath)));
    await migrate(ownerUrl, log, { migrationsFolder: folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}
