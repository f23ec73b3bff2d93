import { createHash, randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type pg from "pg";
import { newStorageKey } from "../../src/media/storage.ts";

type Queryable = Pick<pg.ClientBase, "query">;

type StoredMedia = {
  type: string;
  mimeType: string;
  filename: string | null;
  size: number;
  isVoice: boolean;
  sha256: Buffer;
  storageKey: string;
};

/** A file that was uploaded to be sent, as the rows say; nothing is in the storage. Returns its id. */
export async function storedMedia(
  db: Queryable,
  tenantId: string,
  given: Partial<StoredMedia> = {},
): Promise<string> {
  const { sha256 = createHash("sha256").update(randomUUID()).digest() } = given;
  const media: StoredMedia = {
    type: "image",
    mimeType: "image/png",
    filename: null,
    size: 1_000,
    isVoice: false,
    sha256,
    storageKey: newStorageKey(tenantId, sha256),
    ...given,
  };
  const { rows } = await db.query(
    `with file as (
       insert into app_private.media_files (tenant_id, sha256, size, storage_key) values ($1, $2, $3, $4)
     )
     insert into app_public.media (tenant_id, type, mime_type, filename, size, is_voice, sha256, state, stored_at)
     values ($1, $5, $6, $7, $3, $8, $2, 'stored', now()) returning id`,
    [
      tenantId,
      media.sha256,
      media.size,
      media.storageKey,
      media.type,
      media.mimeType,
      media.filename,
      media.isVoice,
    ],
  );
  return rows[0].id;
}

/** A file that was uploaded to be sent, with its bytes in a folder that is the media storage. Returns its id. */
export async function storedFile(
  db: Queryable,
  folder: string,
  tenantId: string,
  bytes: Buffer,
  given: Partial<StoredMedia> = {},
): Promise<string> {
  const sha256 = createHash("sha256").update(bytes).digest();
  const storageKey = newStorageKey(tenantId, sha256);
  const path = join(folder, storageKey);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return storedMedia(db, tenantId, { size: bytes.length, sha256, storageKey, ...given });
}

/** The bytes of a file at the sandbox, by the provider's id. */
export async function fileAtSandbox(
  sandboxUrl: string,
  accessToken: string,
  providerMediaId: string,
): Promise<Buffer> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const described = await fetch(`${sandboxUrl}/v25.0/${providerMediaId}`, { headers });
  const { url } = (await described.json()) as { url: string };
  return Buffer.from(await (await fetch(url, { headers })).arrayBuffer());
}

/** Inserts an outbound message with a file, as an agent would, and returns its id. */
export async function sendMedia(
  db: Queryable,
  conversationId: string,
  mediaId: string,
  { type = "image", content = {} }: { type?: string; content?: object } = {},
): Promise<string> {
  const { rows } = await db.query(
    "insert into app_public.messages (conversation_id, type, content, media_id) values ($1, $2, $3, $4) returning id",
    [conversationId, type, content, mediaId],
  );
  return rows[0].id;
}

/** The uploads that messages of a tenant wait for. */
export async function uploadsOf(db: Queryable, tenantId: string) {
  const { rows } = await db.query(
    "select * from app_private.media_uploads where tenant_id = $1 order by id",
    [tenantId],
  );
  return rows;
}

/** Ends an upload as its job does: with the provider's id, or, if it has none, with a failure. */
export async function endUpload(
  db: Queryable,
  { id, channel_id, media_id }: { id: string; channel_id: string; media_id: string },
  providerMediaId: string | null,
): Promise<void> {
  await db.query("select app_private.end_media_upload($1, $2, '30 days')", [id, providerMediaId]);
  if (providerMediaId)
    await db.query("select app_private.release_media_lanes($1, $2)", [channel_id, media_id]);
  else
    await db.query("select app_private.fail_media_messages($1, $2, '131053', '{\"code\": \"131053\"}')", [
      channel_id,
      media_id,
    ]);
}
