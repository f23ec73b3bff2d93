import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { uuidV7 } from "../base/uuid_v7.ts";

type Due = { tenant_id: string; subject: string; action: string; due_until: Date };

type Batch = { row_count: number; next_id: string | null };

/** What a rule has done to a tenant. */
type Retained = { tenantId: string; subject: string; action: string; rows: number };

type Options = {
  signal?: AbortSignal | undefined;
  /** Rows that one transaction changes. */
  batch?: number;
  /** The pause after a batch, in times of its duration. Defaults to 9: a tenth of the time is used. */
  rest?: number;
};

const FIRST_ID = "00000000-0000-0000-0000-000000000000";
/** Erasing a contact deletes all its messages. */
const CONTACTS = 10;

/**
 * Archives, deletes and anonymises what is due by the retention rules, in small transactions with pauses between them, until
 * nothing is due. What is interrupted continues with the next call. One process at a time: others do nothing.
 *
 * @throws the first error, after the other rules were applied
 */
export async function applyRetention(
  pool: pg.Pool,
  { signal, batch = 500, rest = 9 }: Options = {},
): Promise<Retained[]> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query(
      "select pg_try_advisory_lock(hashtext('parley retention')) as is_ours",
    );
    if (!rows[0].is_ours) return [];
    const { rows: due } = await client.query<Due>("select * from app_private.retention_due()");
    const retained: Retained[] = [];
    const failures: unknown[] = [];
    for (const each of due)
      try {
        const size = each.subject === "deleted_contacts" ? CONTACTS : batch;
        const count = await apply(client, each, { signal, batch: size, rest });
        const { tenant_id: tenantId, subject, action } = each;
        if (count > 0) retained.push({ tenantId, subject, action, rows: count });
      } catch (error) {
        signal?.throwIfAborted();
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
    return retained;
  } finally {
    // The connection is not reused, because it has the lock.
    client.release(true);
  }
}

async function apply(
  client: pg.PoolClient,
  { tenant_id, subject, action, due_until }: Due,
  { signal, batch, rest }: Required<Omit<Options, "signal">> & Pick<Options, "signal">,
): Promise<number> {
  const runId = uuidV7();
  let count = 0;
  for (let after: string | null = FIRST_ID; after !== null; ) {
    signal?.throwIfAborted();
    const began = performance.now();
    const { rows }: { rows: Batch[] } = await client.query(
      "select * from app_private.apply_retention($1, $2, $3, $4, $5, $6, $7)",
      [runId, tenant_id, subject, action, due_until, after, batch],
    );
    count += rows[0]!.row_count;
    after = rows[0]!.next_id;
    if (after !== null) await delay((performance.now() - began) * rest, undefined, { signal });
  }
  return count;
}
