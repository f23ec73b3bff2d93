import { readFile } from "node:fs/promises";
import { calculateHash } from "graphile-migrate/dist/hash.js";
import { getAllMigrations } from "graphile-migrate/dist/migration.js";
import type { ParsedSettings } from "graphile-migrate/dist/settings.js";
import type pg from "pg";
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import type { Db } from "./db.ts";

export type CommittedMigration = Awaited<ReturnType<typeof getAllMigrations>>[number];

/**
 * Reads the committed migrations in order, and verifies that none was changed since it was committed or since this
 * database ran it.
 * @throws ParleyError PYMIG, which names the file
 */
export async function readCommitted(db: Db, migrationsFolder: string): Promise<CommittedMigration[]> {
  const migrations = await committedFiles(migrationsFolder);
  const applied = await appliedMigrations(db);
  for (const { realFilename, filename, body, hash, previousHash, allowInvalidHash } of migrations) {
    if (!allowInvalidHash && calculateHash(body, previousHash) !== hash)
      throw changed(realFilename, 'its text no longer has the hash of its "--! Hash:" line');
    if ((applied.get(filename)?.hash ?? hash) !== hash)
      throw changed(realFilename, "this database has run another version of it");
  }
  return migrations;
}

/** Makes the error of a failed run of migrations. The file that failed is the first that is not recorded as applied. */
export async function describeFailure(
  db: Db,
  migrations: readonly CommittedMigration[],
  error: unknown,
): Promise<unknown> {
  const applied = await appliedMigrations(db);
  const failed = migrations.find(({ filename }) => !applied.has(filename));
  if (failed === undefined || !(error instanceof Error)) return error;
  const { code, position } = error as Partial<pg.DatabaseError>;
  const line = position === undefined ? "" : `, line ${await lineOf(failed, Number(position))}`;
  const state = code === undefined ? "" : ` (${code})`;
  return new ParleyError("PYMIG", `${failed.realFilename}${line}: ${error.message}${state}`, {
    cause: error,
  });
}

/** Reads the committed migrations in order, without checking them. */
export async function committedFiles(migrationsFolder: string): Promise<CommittedMigration[]> {
  try {
    // graphile-migrate needs no other setting for this.
    return await getAllMigrations({ migrationsFolder } as ParsedSettings);
  } catch (error) {
    if (error instanceof Error && !("code" in error))
      throw new ParleyError("PYMIG", error.message.split("\n", 1)[0] as string, { cause: error });
    throw error;
  }
}

/** The migrations that this database has run, by the first part of their file's name: `000001.sql`. */
export async function appliedMigrations(db: Db): Promise<Map<string, { hash: string; appliedAt: Date }>> {
  try {
    const { rows } = await db.query<{ filename: string; hash: string; date: Date }>(
      "select filename, hash, date from graphile_migrate.migrations",
    );
    return new Map(rows.map(({ filename, hash, date }) => [filename, { hash, appliedAt: date }]));
  } catch (error) {
    // The schema or the table does not exist: no migration has been run.
    if (["3F000", "42P01"].includes(sqlState(error) ?? "")) return new Map();
    throw error;
  }
}

/** The line of an error. Postgres counts positions from the end of the file's header. */
async function lineOf({ fullPath, body }: CommittedMigration, position: number): Promise<number> {
  const text = await readFile(fullPath, "utf8");
  return text.slice(0, text.indexOf(body.trim()) + position).split("\n").length;
}

function changed(file: string, how: string): ParleyError {
  return new ParleyError(
    "PYMIG",
    `${file} was changed: ${how}. Restore the file; a change is a new migration`,
  );
}
