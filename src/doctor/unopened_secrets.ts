import { EnvelopeError, open } from "../secrets/envelope.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { placeOf } from "../secrets/place.ts";
import { SEALED_TABLES, type SealedTable } from "../secrets/sealed_tables.ts";
import type { Examined, Finding } from "./check.ts";

/** The newest rows of each table; opening a secret takes 40 µs. */
const MOST_ROWS = 10_000;

type SealedRow = Readonly<Record<string, string | null>>;

/** Opens the stored secrets, and returns those that no key opens. */
export async function findUnopenedSecrets({ db, keyRing }: Examined): Promise<readonly Finding[]> {
  if (keyRing === undefined) return [];
  const findings: Finding[] = [];
  for (const table of SEALED_TABLES) {
    const columns = [...table.key, ...table.columns.map(({ name }) => name)];
    const { rows } = await db.query<SealedRow>(
      `select ${columns.join(", ")} from ${table.name} order by updated_at desc limit ${MOST_ROWS}`,
    );
    for (const row of rows) findings.push(...unopened(table, row, keyRing));
  }
  return findings;
}

function unopened(table: SealedTable, row: SealedRow, keyRing: KeyRing): Finding[] {
  const ids = table.key.map((column) => row[column] ?? "");
  return table.columns.flatMap(({ name, sealedAs = name }) => {
    const envelope = row[name];
    if (typeof envelope !== "string") return [];
    try {
      open(envelope, placeOf(table.name, ids, sealedAs), keyRing);
      return [];
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      return [{ what: `${placeOf(table.name, ids, name)}: ${error.message}` }];
    }
  });
}
