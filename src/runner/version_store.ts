import { LRUCache } from "lru-cache";
import type { Db, StatementDb } from "../database/db.ts";
import { withCurrentFlows } from "./current_flows.ts";
import { type RunnableVersion, readRunnable } from "./runnable_version.ts";

const MOST_CACHED = 200;

/** Caches versions: they never change, so that each is read and parsed only once. */
export class VersionStore {
  readonly #cache = new LRUCache<string, RunnableVersion | Error>({ max: MOST_CACHED });
  /** The versions of the current batch, which are kept regardless of their number. */
  #batch = new Map<string, RunnableVersion | Error>();

  /** Loads the versions of a batch, replacing those of the previous batch. Versions that cannot be loaded are left out. */
  async load(db: Db, ids: readonly string[]): Promise<void> {
    this.#batch = new Map();
    for (const id of ids) {
      const cached = this.#cache.get(id);
      if (cached) this.#batch.set(id, cached);
    }
    const missing = ids.filter((id) => !this.#batch.has(id));
    if (missing.length === 0) return;
    const { rows } = await db.query(
      "select id, tenant_id, nodes, edges, settings, subflows, flows from app_public.chatbot_versions where id = any ($1)",
      [missing],
    );
    for (const row of rows) this.#keep(row.id, readRunnable(row));
  }

  /** Reads the current state of the WhatsApp Flows that these versions send. */
  async loadForms(db: StatementDb, ids: readonly string[]): Promise<void> {
    const loaded = [...new Set(ids)].flatMap((id) => {
      const version = this.#batch.get(id);
      return version === undefined || version instanceof Error ? [] : [version];
    });
    for (const version of await withCurrentFlows(db, loaded)) this.#keep(version.id, version);
  }

  /** A version of the current batch. Throws when it could not be loaded, so that only its own turns fail. */
  get(id: string): RunnableVersion {
    const version = this.#batch.get(id);
    if (version === undefined || version instanceof Error)
      throw new Error(`version ${id} cannot be run`, { cause: version });
    return version;
  }

  #keep(id: string, version: RunnableVersion | Error): void {
    this.#cache.set(id, version);
    this.#batch.set(id, version);
  }
}
