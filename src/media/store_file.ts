import type pg from "pg";
import type { SpooledFile } from "./spool.ts";
import { type MediaStorage, newStorageKey } from "./storage.ts";

type NewFile = { tenantId: string; file: SpooledFile; contentType: string };

/**
 * Stores a file, unless the tenant has an equal one. The storage is not part of the transaction that uses the file, so
 * the key of the file is noted as unused before it is written, and `record` takes that back: a file whose writer dies is
 * removed.
 *
 * @param record uses the file in one transaction that calls app_private.keep_media_file() with the storage key, or with
 * null to use an equal file; returns what that function returns
 * @throws StorageError when the file cannot be stored
 */
export async function storeFile(
  pool: pg.Pool,
  storage: MediaStorage,
  { tenantId, file, contentType }: NewFile,
  record: (storageKey: string | null) => Promise<boolean>,
): Promise<void> {
  if (await record(null)) return;
  const key = newStorageKey(tenantId, file.sha256);
  await pool.query(
    "insert into app_private.unused_media_files (storage_key, remove_at) values ($1, now() + interval '1 day')",
    [key],
  );
  await storage.put(key, file, contentType);
  if (!(await record(key))) throw new Error("storing the file took so long that it is due for removal");
}
