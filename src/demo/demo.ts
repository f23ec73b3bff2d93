import type pg from "pg";
import type { Config } from "../base/config.ts";
import { inTransaction } from "../database/pipeline.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { createDemo, DEMO_TENANT } from "./create_demo.ts";
import { makeSignIns, readSignIns, type SignIn } from "./sign_ins.ts";

/**
 * Creates the demo tenant in a database without tenants, and returns who can sign in there: the same people at every
 * start, as long as the tenant exists. A demo that was removed in favour of another tenant is not created again.
 */
export async function ensureDemo(
  pool: pg.Pool,
  config: Config,
  graphUrl: string,
  keyRing: KeyRing,
): Promise<SignIn[]> {
  return inTransaction(pool, async (db) => {
    await db.query("select pg_advisory_xact_lock(hashtext('parley demo'))");
    const { rows } = await db.query<{ is_new: boolean; has_demo: boolean }>(
      `select
         not exists (select from app_public.tenants) as is_new,
         exists (select from app_public.tenants where slug = $1) as has_demo`,
      [DEMO_TENANT],
    );
    const kept = await readSignIns(config.PARLEY_DATA_DIR);
    if (!rows[0]?.is_new) return rows[0]?.has_demo ? (kept ?? []) : [];
    const signIns = kept ?? (await makeSignIns(config.PARLEY_DATA_DIR));
    await createDemo(db, signIns, graphUrl, keyRing);
    return signIns;
  });
}
