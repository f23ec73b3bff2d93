import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeZip } from "client-zip";
import type pg from "pg";
import type { Log } from "../base/log.ts";
import { cleanFilename } from "../media/clean_filename.ts";
import { defaultName } from "../media/file_types.ts";
import type { MediaStorage } from "../media/storage.ts";
import { MissingFile } from "../media/storage_error.ts";
import { type PersonFile, personExport, personFiles } from "./person_export.ts";

type Client = Pick<pg.ClientBase, "query">;

export type PersonZipParts = {
  /** Runs work in a read-only transaction with the rights of the caller. */
  read<T>(work: (client: Client) => Promise<T>): Promise<T>;
  /** Connections as the owner: members may not read where files are stored. */
  pool: pg.Pool;
  storage: Pick<MediaStorage, "open">;
  log: Pick<Log, "warn">;
};

/**
 * Everything that is stored about a contact and that the caller may see, as a ZIP file: `person.jsonl`, and the files of the
 * messages as `media/<id>/<name>`. It is made while it is read, and never in memory as a whole.
 *
 * @throws ParleyError PYNFD, before the first part
 */
export function personZip(
  parts: PersonZipParts,
  contactId: string | null,
): AsyncIterableIterator<Uint8Array> {
  return makeZip(entries(parts, contactId))[Symbol.asyncIterator]();
}

type Entry = { name: string; input: Readable };

async function* entries(parts: PersonZipParts, contactId: string | null): AsyncGenerator<Entry> {
  const rows = new PassThrough();
  // The files are read after the transaction, which must not wait for a slow reader of large files.
  const files = parts.read(async (client) => {
    await pipeline(Readable.from(personExport(client, contactId)), rows);
    return personFiles(client, contactId);
  });
  files.catch((error: Error) => rows.destroy(error));
  await Promise.race([once(rows, "readable"), files]);
  yield { name: "person.jsonl", input: rows };
  for (const file of await files) {
    const input = await openFile(parts, file);
    if (input) yield { name: nameOf(file), input };
  }
}

function nameOf({ id, type, mimeType, filename }: PersonFile): string {
  return `media/${id}/${cleanFilename(filename ?? "") || defaultName(type, mimeType ?? "")}`;
}

/** Null for a file that has been deleted in the meantime, or that the storage has lost. */
async function openFile(
  { pool, storage, log }: PersonZipParts,
  { id }: PersonFile,
): Promise<Readable | null> {
  const { rows } = await pool.query<{ storage_key: string }>(
    `select f.storage_key from app_public.media m
     join app_private.media_files f on f.tenant_id = m.tenant_id and f.sha256 = m.sha256
     where m.id = $1`,
    [id],
  );
  if (!rows[0]) return null;
  try {
    return (await storage.open(rows[0].storage_key)).stream;
  } catch (error) {
    if (!(error instanceof MissingFile)) throw error;
    log.warn({ mediaId: id }, "a file is missing from the export of a person: the storage does not have it");
    return null;
  }
}
