import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type pg from "pg";
import { inTransaction } from "../database/pipeline.ts";
import type { MediaFiles } from "../media/media_files.ts";
import { erasureListKey } from "../media/storage.ts";
import { MissingFile } from "../media/storage_error.ts";

/** An erasure without personal data: the hashes are keyed, and the key is in the database. */
type ListedErasure = {
  erasureId: string;
  tenantId: string;
  /** ISO 8601, in UTC. */
  erasedAt: string;
  /** Of the addresses, in hexadecimal. */
  hashes: string[];
};

type Files = Pick<MediaFiles, "storage" | "spool">;

const LIMITS = { maxBytes: 1024 ** 3, timeoutMs: 60_000 };

/**
 * The erasures of a month. The list is kept in the media storage, so that it outlives the database: a restored backup does
 * not know of later erasures.
 * @param month such as `2026-11`
 */
async function readErasureList({ storage }: Files, month: string): Promise<ListedErasure[]> {
  try {
    const { stream } = await storage.open(erasureListKey(month));
    const lines = (await text(stream)).split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as ListedErasure);
  } catch (error) {
    if (error instanceof MissingFile) return [];
    throw error;
  }
}

/** Adds an erasure to the list of its month, unless it is there. One process at a time writes. */
export async function listErasure(pool: pg.Pool, files: Files, erasure: ListedErasure): Promise<void> {
  const month = erasure.erasedAt.slice(0, 7);
  await inTransaction(pool, async (client) => {
    await client.query("select pg_advisory_xact_lock(hashtext('parley erasure list'))");
    const listed = await readErasureList(files, month);
    if (listed.some(({ erasureId }) => erasureId === erasure.erasureId)) return;
    const lines = [...listed, erasure].map((entry) => `${JSON.stringify(entry)}\n`);
    await using file = await files.spool.write(Readable.from(lines), LIMITS);
    await files.storage.put(erasureListKey(month), file, "application/jsonl");
  });
}

/**
 * Repeats the listed erasures that the database does not know, because a backup from before them was restored. Contacts
 * that were created after the erasure stay.
 * @returns the number of erased contacts
 */
export async function repeatErasures(pool: pg.Pool, files: Files): Promise<number> {
  const { rows: tenants } = await pool.query<{ since: Date | null }>(
    "select min(created_at) as since from app_public.tenants",
  );
  let repeated = 0;
  for (const month of monthsSince(tenants[0]!.since ?? new Date())) {
    const listed = await readErasureList(files, month);
    const { rows: unknown } = await pool.query<{ id: string }>(
      `select l.id from unnest($1::uuid[]) l (id)
       where not exists (select from app_public.erasures e where e.id = l.id)`,
      [listed.map(({ erasureId }) => erasureId)],
    );
    const ids = new Set(unknown.map(({ id }) => id));
    for (const { erasureId, tenantId, erasedAt, hashes } of listed) {
      if (!ids.has(erasureId)) continue;
      const { rows } = await pool.query<{ contacts: number }>(
        "select app_private.repeat_erasure($1, $2, $3, $4) as contacts",
        [erasureId, tenantId, erasedAt, hashes.map((hash) => Buffer.from(hash, "hex"))],
      );
      repeated += rows[0]!.contacts;
    }
  }
  return repeated;
}

/** `2026-10`, `2026-11`: the months until now, in UTC. */
function monthsSince(since: Date): string[] {
  const months: string[] = [];
  const month = new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth()));
  for (; month.getTime() <= Date.now(); month.setUTCMonth(month.getUTCMonth() + 1))
    months.push(month.toISOString().slice(0, 7));
  return months;
}
