import { randomBytes } from "node:crypto";
import type pg from "pg";
import { aWamid, hear, type Said } from "./messages.ts";
import type { Thread, Workspace } from "./people.ts";

type Queryable = Pick<pg.ClientBase, "query">;

/** A picture that a customer sends. */
export const PICTURE: Said = {
  type: "image",
  content: { id: "71", mime_type: "image/png", sha256: "q2k=", url: "https://example.com/71" },
};

/** Stores a picture of a customer, as a webhook would. Returns the id of the message, which is that of its file. */
export async function aPicture(
  db: Queryable,
  workspace: Workspace,
  thread: Thread,
  more: Said = {},
): Promise<string> {
  const wamid = aWamid();
  await hear(db, workspace, thread, { ...PICTURE, wamid, ...more });
  const { rows } = await db.query("select id from app_public.messages where provider_message_id = $1", [
    wamid,
  ]);
  return rows[0].id;
}

/** The row of a file. */
export async function mediaOf(db: Queryable, id: string) {
  const { rows } = await db.query("select * from app_public.media where id = $1", [id]);
  return rows[0];
}

/** Claims a file for fetching; undefined if it cannot be claimed. */
export async function claimMedia(db: Queryable, id: string) {
  const { rows } = await db.query("select * from app_private.claim_media($1, '1 minute')", [id]);
  return rows[0];
}

/** A key in the storage, of a file that is being written. */
export async function aStorageKey(db: Queryable): Promise<string> {
  const { rows } = await db.query(
    `insert into app_private.unused_media_files (storage_key, remove_at)
     values ($1, now() + interval '1 day') returning storage_key`,
    [`key-${randomBytes(8).toString("hex")}`],
  );
  return rows[0].storage_key;
}

/** Records that an attempt has fetched a file and written it under a key, or, without one, relies on an equal file. */
export async function recordFetched(
  db: Queryable,
  { id, attempt, sha256, key }: { id: string; attempt: number; sha256: Buffer; key: string | null },
): Promise<boolean> {
  const { rows } = await db.query(
    "select app_private.record_fetched_media($1, $2, $3, 10, null, $4) as is_recorded",
    [id, attempt, sha256, key],
  );
  return rows[0].is_recorded;
}

/** A picture that is stored, by default with content of its own. */
export async function aStoredPicture(
  db: Queryable,
  workspace: Workspace,
  thread: Thread,
  sha256: Buffer = randomBytes(32),
): Promise<{ id: string; key: string; sha256: Buffer }> {
  const id = await aPicture(db, workspace, thread);
  const { attempt } = await claimMedia(db, id);
  const key = await aStorageKey(db);
  await recordFetched(db, { id, attempt, sha256, key });
  return { id, key, sha256 };
}

/** The keys of files that are to be removed from the storage now. */
export async function dueKeys(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    "select storage_key from app_private.unused_media_files where remove_at <= clock_timestamp() order by 1",
  );
  return rows.map(({ storage_key }) => storage_key);
}
