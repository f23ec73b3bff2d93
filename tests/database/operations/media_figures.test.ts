import assert from "node:assert/strict";
import { readOperationsStatus } from "../../../src/database/operations_status.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { aPicture, aStoredPicture } from "../../support/received_media.ts";
import { stories } from "../../support/story.ts";

const story = stories();

story("the figures count stored files by tenant, and files that are not fetched yet", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const { sha256 } = await aStoredPicture(db, workspace, thread);
  await aStoredPicture(db, workspace, thread, sha256);
  await aStoredPicture(db, workspace, thread);
  const waiting = await aPicture(db, workspace, thread);
  await db.query("update app_public.media set created_at = now() - interval '1 hour' where id = $1", [
    waiting,
  ]);
  const other = await aWorkspace(db);
  const { rows } = await db.query(
    "select tenant, stored_files, stored_bytes from app_private.tenant_stats() where tenant = any ($1)",
    [[workspace.slug, other.slug]],
  );
  assert.deepEqual(
    new Map(
      rows.map(({ tenant, stored_files, stored_bytes }) => [tenant, [stored_files, Number(stored_bytes)]]),
    ),
    new Map([
      [workspace.slug, [2, 20]],
      [other.slug, [0, 0]],
    ]),
  );
  const status = await readOperationsStatus(db);
  assert.deepEqual([status.mediaPending, Math.round(status.mediaOldestPendingSeconds)], [1, 3600]);
});
