import { damaged } from "./damaged.ts";
import { MANIFEST } from "./manifest.ts";
import type { BackupReader, BackupWriter } from "./place.ts";

/** A folder or a bucket: named objects, which are replaced as a whole. */
export type ObjectStore = {
  put(path: string, content: Buffer): Promise<void>;
  /** Undefined if there is none, or it is larger than `limit` bytes. */
  get(path: string, limit: number): Promise<Buffer | undefined>;
  /** The paths of what a backup may consist of; other objects are never touched. */
  list(): Promise<string[]>;
  remove(path: string): Promise<void>;
  close(): Promise<void>;
};

/** What {@link ObjectStore.list} returns: parts. */
export const PART_PATH = /^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\/[0-9a-f]{64}\.zst$/;

/**
 * Writes a backup to a folder or a bucket. Parts that are there, from the last backup or from one that was cut off, are not
 * written again. The last backup stays valid until the new manifest replaces its manifest; then parts that are not in
 * the new one are removed.
 */
export class StoreWriter implements BackupWriter {
  readonly #store: ObjectStore;
  readonly #there: ReadonlySet<string>;

  private constructor(store: ObjectStore, there: ReadonlySet<string>) {
    this.#store = store;
    this.#there = there;
  }

  static async open(store: ObjectStore): Promise<StoreWriter> {
    return new StoreWriter(store, new Set(await store.list()));
  }

  has(path: string): boolean {
    return this.#there.has(path);
  }

  add(path: string, content: Buffer): Promise<void> {
    return this.#store.put(path, content);
  }

  async finish(manifest: Buffer, paths: ReadonlySet<string>): Promise<void> {
    await this.#store.put(MANIFEST, manifest);
    for (const path of this.#there) if (!paths.has(path)) await this.#store.remove(path);
    await this.#store.close();
  }

  abandon(): Promise<void> {
    return this.#store.close();
  }
}

/** Reads a backup from a folder or a bucket. */
export class StoreReader implements BackupReader {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async read(path: string, limit: number): Promise<Buffer> {
    const content = await this.#store.get(path, limit);
    if (content === undefined) throw damaged(`it has no ${path}, or a larger one than the manifest says`);
    return content;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
