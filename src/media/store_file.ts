import type pg from "pg";
import type { SpooledFile } from "./spool.ts";
import { type MediaStorage, newStorageKey } from "./storage.ts";
import { MissingFile, StorageError } from "./storage_error.ts";

type NewFile = { tenantId: string; file: SpooledFile; contentType: string };

/**
 * Stores a file, unless the tenant has an equal one. The storage is not part of the transaction that uses the file, so
 * the key of the file is noted as unused before it is written, and `record` takes that back: a file whose writer dies is
 * removed. If the storage has lost the equal file, as after a restore, this one takes its place.
 *
 * @param record uses the file in one transaction that calls app_private.keep_media_file() with the storage key, or with
 * null to use an equal file; returns what that function returns
 * @throws StorageError when the file cannot be stored
 */
export async function storeFile(
  pool: pg.Pool,
  storage: Pick<MediaStorage, "open" | "put">,
  { tenantId, file, contentType }: NewFile,
  record: (storageKey: string | null) => Promise<boolean>,
): Promise<void> {
  const lostKey = await findLost(pool, storage, tenantId, file.sha256);
  if (lostKey === null && (await record(null))) return;
  const key = newStorageKey(tenantId, file.sha256);
  await pool.query(
    "insert into app_private.unused_media_files (storage_key, remove_at) values ($1, now() + interval '1 day')",
    [key],
  );
  await storage.put(key, file, contentType);
  if (lostKey !== null) {
    await pool.query("select app_private.replace_lost_file($1, $2)", [lostKey, key]);
    if (await record(null)) return;
  }
  if (!(await record(key))) throw new Error("storing the file took so long that it is due for removal");
}

/** The key of the tenant's equal file, if the storage does not have it any more. */
async function findLost(
  pool: pg.Pool,
  storage: Pick<MediaStorage, "open">,
  tenantId: string,
  sha256: Buffer,
): Promise<string | null> {
  const { rows } = await pool.query<{ storage_key: string }>(
    "select storage_key from app_private.media_files where tenant_id = $1 and sha256 = $2",
    [tenantId, sha256],
  );
  if (!rows[0]) return null;
  try {
    const { stream } = await storage.open(rows[0].storage_key, { start: 0, end: 0 });
    stream.on("error", () => {}).destroy();
    return null;
  } catch (error) {
    if (error instanceof MissingFile) return rows[0].storage_key;
    // If the storage cannot be reached, the file is not lost.
    if (error instanceof StorageError) return null;
    throw error;
  }
}
