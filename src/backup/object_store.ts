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

/** What {@link ObjectStore.list} returns: parts. A folder also has the drafts of runs that were killed. */
export const PART_PATH = /^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\/[0-9a-f]{64}\.zst$/;

/**
 * Writes a backup to a folder or a bucket. Parts that are there, from the last backup or from one that was cut off, are not
 * written again. The last backup stays valid until the new manifest replaces its manifest; then parts that are not in
 * the new one are removed.
 */
export class StoreWriter implements BackupWriter {
  readonly #store: ObjectStore;
  #there: Promise<ReadonlySet<string>> | undefined;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async has(path: string): Promise<boolean> {
    return (await this.#listed()).has(path);
  }

  /** Listed when it is first needed: then no other run writes to this place any more. */
  #listed(): Promise<ReadonlySet<string>> {
    this.#there ??= this.#store.list().then((paths) => new Set(paths));
    return this.#there;
  }

  add(path: string, content: Buffer): Promise<void> {
    return this.#store.put(path, content);
  }

  async finish(manifest: Buffer, paths: ReadonlySet<string>): Promise<void> {
    const there = await this.#listed();
    await this.#store.put(MANIFEST, manifest);
    for (const path of there) if (!paths.has(path)) await this.#store.remove(path);
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
