import type pg from "pg";
import { type Config, ConfigError } from "../base/config.ts";
import { ParleyError } from "../base/errors.ts";
import { requireCurrentSchema } from "../database/schema_state.ts";
import type { CommonOptions } from "./define.ts";
import { remark } from "./print.ts";

/**
 * Erases the contacts of a backup that were erased after it was made.
 * @returns their number; null if the list is out of reach, or the backup's schema has to be migrated first
 */
export async function eraseAgain(pool: pg.Pool, config: Config): Promise<number | null> {
  const { openMediaFiles } = await import("../media/media_files.ts");
  const { repeatErasures } = await import("../retention/erasure_list.ts");
  try {
    await requireCurrentSchema(pool);
    const media = openMediaFiles(config);
    return await repeatErasures(pool, media).finally(() => media.close());
  } catch (error) {
    if (error instanceof ConfigError || error instanceof ParleyError) return null;
    throw error;
  }
}

/** Says what {@link eraseAgain} did, or what is left to do. */
export function remarkErased(options: CommonOptions, erased: number | null): void {
  if (erased === null) remark(options, "Then run: parley erasure repeat");
  else if (erased > 0) remark(options, `${erased} contacts were erased again`);
}
