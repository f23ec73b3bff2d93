import assert from "node:assert/strict";
import type pg from "pg";
import { hear } from "../../support/messages.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

/** A job that fetches a file goes on with other new files of the tenant, and what it leaves has a job again. */

const story = stories();

/** A tenant with so many pictures that have just arrived; the ids of their media, the oldest first. */
async function aTenantWithPictures(db: pg.PoolClient, count: number) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  for (let at = 0; at < count; at++)
    await hear(db, workspace, thread, { type: "image", content: { id: `7${at}`, mime_type: "image/png" } });
  const { rows } = await db.query(
    "update app_public.media set created_at = now() - interval '1 day' + (provider.n || ' s')::interval " +
      "from (select media_id, row_number() over (order by provider_media_id) as n from app_private.provider_media) provider " +
      "where id = provider.media_id and tenant_id = $1 returning id, created_at",
    [workspace.tenantId],
  );
  const ids = rows.toSorted((a, b) => a.created_at - b.created_at).map(({ id }) => id as string);
  return { tenantId: workspace.tenantId, ids };
}

const claimNew = async (db: pg.PoolClient, tenantId: string) =>
  (await db.query("select media_id from app_private.claim_new_media($1, '1 minute')", [tenantId])).rows[0]
    ?.media_id;

const jobKeys = async (db: pg.PoolClient) =>
  (
    await db.query("select key from graphile_worker.jobs where task_identifier = 'fetch_media' order by key")
  ).rows.map(({ key }) => key);

story(
  "new files of a tenant are claimed one by one, the oldest first; those of others are not",
  async (db) => {
    const { tenantId, ids } = await aTenantWithPictures(db, 3);
    await aTenantWithPictures(db, 1);
    const claimed = [];
    for (let id = await claimNew(db, tenantId); id !== undefined; id = await claimNew(db, tenantId))
      claimed.push(id);
    assert.deepEqual(claimed, ids);
  },
);

story("a file that is to be tried again is left to its own job", async (db) => {
  const { tenantId, ids } = await aTenantWithPictures(db, 1);
  await claimNew(db, tenantId);
  await db.query("select app_private.record_fetch_failure($1, 1, 'pending', '131000', 'unknown', null)", ids);
  assert.equal(await claimNew(db, tenantId), undefined);
});

story("pending files without a job get one, unless a worker may be fetching them", async (db) => {
  const { tenantId, ids } = await aTenantWithPictures(db, 3);
  await db.query("delete from graphile_worker._private_jobs where key <> $1", [`fetch_media:${ids[2]}`]);
  assert.equal(await claimNew(db, tenantId), ids[0]);
  const reconcile = () => db.query("select app_private.reconcile_received_media()");
  await reconcile();
  assert.deepEqual(await jobKeys(db), [ids[1], ids[2]].map((id) => `fetch_media:${id}`).sort());
  await db.query("update app_private.provider_media set leased_until = now() - interval '1 second'");
  await reconcile();
  assert.equal((await jobKeys(db)).length, 3);
});

story("a pending file whose job has used up its attempts gets another", async (db) => {
  await aTenantWithPictures(db, 1);
  const { rows: before } = await db.query(
    "update graphile_worker._private_jobs set attempts = max_attempts where key like 'fetch_media:%' returning key",
  );
  await db.query("select app_private.reconcile_received_media()");
  const { rows } = await db.query("select key from graphile_worker.jobs where attempts = 0 and key = $1", [
    before[0].key,
  ]);
  assert.equal(rows.length, 1);
});
