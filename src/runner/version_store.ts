import { LRUCache } from "lru-cache";
import type { Db, StatementDb } from "../database/db.ts";
import { withForms } from "./forms.ts";
import { type RunnableVersion, readRunnable } from "./runnable_version.ts";

/** Versions never change, so that each is read and parsed once. */
type VersionStore = {
  /** Loads the versions of a batch, as far as they can be, in place of the batch before. */
  load(db: Db, ids: readonly string[]): Promise<void>;
  /** Reads the current state of the forms that these send. */
  loadForms(db: StatementDb, ids: readonly string[]): Promise<void>;
  /** A version of the batch; throws when it could not be loaded, so that only its own turns fail. */
  get(id: string): RunnableVersion;
};

const MOST_CACHED = 200;

export function createVersionStore(): VersionStore {
  const cache = new LRUCache<string, RunnableVersion | Error>({ max: MOST_CACHED });
  /** Of these none may go, however many they are. */
  let batch = new Map<string, RunnableVersion | Error>();

  function keep(id: string, version: RunnableVersion | Error): void {
    cache.set(id, version);
    batch.set(id, version);
  }

  return {
    async load(db, ids) {
      batch = new Map();
      for (const id of ids) {
        const cached = cache.get(id);
        if (cached) batch.set(id, cached);
      }
      const missing = ids.filter((id) => !batch.has(id));
      if (missing.length === 0) return;
      const { rows } = await db.query(
        "select id, tenant_id, nodes, edges, settings, subflows, flows from app_public.chatbot_versions where id = any ($1)",
        [missing],
      );
      for (const row of rows) keep(row.id, readRunnable(row));
    },
    async loadForms(db, ids) {
      const loaded = [...new Set(ids)].flatMap((id) => {
        const version = batch.get(id);
        return version === undefined || version instanceof Error ? [] : [version];
      });
      for (const version of await withForms(db, loaded)) keep(version.id, version);
    },
    get(id) {
      const version = batch.get(id);
      if (version === undefined || version instanceof Error)
        throw new Error(`version ${id} cannot be run`, { cause: version });
      return version;
    },
  };
}
