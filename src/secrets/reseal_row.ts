import { appFingerprint } from "./channel_secrets.ts";
import { EnvelopeError, keyIdOf, open, seal } from "./envelope.ts";
import type { KeyRing } from "./key_ring.ts";
import { placeOf } from "./place.ts";
import type { SealedTable } from "./sealed_tables.ts";

export type SealedRow = Readonly<Record<string, string | null>>;

type Resealed = {
  /** The columns that change, with their new values. */
  changes: Record<string, string>;
  /** How many secrets were sealed again. */
  count: number;
  /** The places of envelopes that no key of the ring opens: they stay as they are. */
  unopened: string[];
};

/** Seals what a row holds with the current key, as far as it is sealed with a former one. */
export function resealRow(table: SealedTable, row: SealedRow, ring: KeyRing): Resealed {
  const ids = table.key.map((column) => row[column] ?? "");
  const result: Resealed = { changes: {}, count: 0, unopened: [] };
  for (const { name, sealedAs = name, fingerprint } of table.columns) {
    const envelope = row[name];
    if (typeof envelope !== "string") continue;
    const place = placeOf(table.name, ids, sealedAs);
    try {
      if (keyIdOf(envelope) === ring.current) continue;
      const secret = open(envelope, place, ring);
      result.changes[name] = seal(secret, place, ring);
      if (fingerprint !== undefined) result.changes[fingerprint] = appFingerprint(secret, ring);
      result.count += 1;
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      result.unopened.push(placeOf(table.name, ids, name));
    }
  }
  return result;
}
