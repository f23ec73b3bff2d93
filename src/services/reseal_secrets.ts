import type pg from "pg";
import type { Db } from "../database/db.ts";
import { inTransaction } from "../database/pipeline.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { resealRow, type SealedRow } from "../secrets/reseal_row.ts";
import { SEALED_TABLES, type SealedTable } from "../secrets/sealed_tables.ts";

type ResealResult = {
  /** Secrets that are sealed with the current key now, and were not. */
  resealed: number;
  /** The places of those that no key opens. */
  unopened: string[];
};

const ROWS_PER_TRANSACTION = 100;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Seals every secret with the current key of the ring, a hundred rows a transaction. May be interrupted and run again:
 * what is sealed with the current key is passed over.
 */
export async function resealSecrets(pool: pg.Pool, ring: KeyRing): Promise<ResealResult> {
  const result: ResealResult = { resealed: 0, unopened: [] };
  for (const table of SEALED_TABLES) {
    let after: string[] | null = table.key.map(() => FIRST_ID);
    while (after !== null) {
      const from: string[] = after;
      after = await inTransaction(pool, (db) => resealPage(db, table, from, ring, result));
    }
  }
  return result;
}

/** Returns the key of the page's last row; null when there is no further page. */
async function resealPage(
  db: Db,
  table: SealedTable,
  after: readonly string[],
  ring: KeyRing,
  result: ResealResult,
): Promise<string[] | null> {
  const key = table.key.join(", ");
  const { rows } = await db.query<SealedRow>(
    `select ${[...table.key, ...table.columns.map(({ name }) => name)].join(", ")}
     from ${table.name}
     where (${key}) > (${table.key.map((_column, at) => `$${at + 1}::uuid`).join(", ")})
     order by ${key}
     limit ${ROWS_PER_TRANSACTION}
     -- Against a rotation at the same time: its new secret must not be replaced by the old one.
     for no key update`,
    [...after],
  );
  for (const row of rows) {
    const { changes, count, unopened } = resealRow(table, row, ring);
    result.resealed += count;
    result.unopened.push(...unopened);
    if (count > 0) await store(db, table, row, changes);
  }
  const last = rows.length < ROWS_PER_TRANSACTION ? undefined : rows.at(-1);
  return last ? table.key.map((column) => last[column]!) : null;
}

async function store(
  db: Db,
  table: SealedTable,
  row: SealedRow,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const columns = Object.keys(changes);
  const set = columns.map((column, at) => `${column} = $${at + 1}`).join(", ");
  const where = table.key.map((column, at) => `${column} = $${columns.length + at + 1}`).join(" and ");
  await db.query(`update ${table.name} set ${set} where ${where}`, [
    ...Object.values(changes),
    ...table.key.map((column) => row[column]),
  ]);
}
