import type pg from "pg";
import type { MediaFiles } from "../media/media_files.ts";
import { listErasure } from "./erasure_list.ts";
import { redactWebhooks } from "./redact_webhooks.ts";

type Pending = { id: string; tenant_id: string; erased_at: Date; addresses: string[] };

/**
 * Does what an erasure leaves to be done after its commit: cleans webhook bodies and imported rows, and adds the erasure to
 * the list in the media storage. May be interrupted and run again.
 */
export async function completeErasure(
  pool: pg.Pool,
  files: Pick<MediaFiles, "storage" | "spool">,
  erasureId: string,
): Promise<void> {
  const { rows: pending } = await pool.query<Pending>(
    "select id, tenant_id, erased_at, addresses from app_private.pending_erasures where erasure_id = $1 order by id",
    [erasureId],
  );
  for (const { id, tenant_id, erased_at, addresses } of pending) {
    const person = { addresses: new Set(addresses), erasedAt: erased_at };
    const redacted = await redactWebhooks(pool, tenant_id, person);
    await pool.query("select app_private.end_pending_erasure($1, $2)", [id, redacted]);
  }
  const { rows } = await pool.query<{ tenant_id: string; erased_at: Date; hashes: string[] }>(
    `select e.tenant_id, e.erased_at, array(
       select encode(a.address_hash, 'hex') from app_private.erased_addresses a
       where a.tenant_id = e.tenant_id and a.erasure_id = e.id
     ) as hashes
     from app_public.erasures e
     where e.id = $1`,
    [erasureId],
  );
  // Deleted with its tenant.
  if (!rows[0]) return;
  const { tenant_id: tenantId, erased_at, hashes } = rows[0];
  if (hashes.length > 0)
    await listErasure(pool, files, { erasureId, tenantId, erasedAt: erased_at.toISOString(), hashes });
  await pool.query(
    `update app_public.erasures e set completed_at = now()
     where e.id = $1 and not exists (select from app_private.pending_erasures p where p.erasure_id = e.id)`,
    [erasureId],
  );
}
