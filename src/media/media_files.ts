import { join, resolve } from "node:path";
import { type Config, ConfigError } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { FolderStorage, SPOOL } from "./folder_storage.ts";
import { s3Settings } from "./s3_settings.ts";
import { S3Storage } from "./s3_storage.ts";
import { Spool } from "./spool.ts";
import type { MediaStorage } from "./storage.ts";
import { StorageError } from "./storage_error.ts";

const SWEEP_MS = 30 * 60_000;

/** What a process needs to receive, store and read media files. */
export class MediaFiles {
  readonly storage: MediaStorage;
  readonly spool: Spool;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(storage: MediaStorage, spool: Spool) {
    this.storage = storage;
    this.spool = spool;
  }

  /**
   * To be called once at start: deletes what killed processes have left, now and then, and checks that files can be
   * stored.
   * @throws StorageError unless it is temporary, which is only logged: messages do not need the storage
   */
  async prepare(log: Log): Promise<void> {
    await this.spool.sweep();
    this.#sweeping = setInterval(() => void this.spool.sweep(), SWEEP_MS).unref();
    try {
      await this.check();
    } catch (error) {
      if (!(error instanceof StorageError && error.isTemporary)) throw error;
      log.error({ err: error }, "media storage is not available; files cannot be stored or read");
    }
  }

  /** @throws StorageError when files cannot be stored */
  async check(): Promise<void> {
    await this.spool.check();
    await this.storage.check();
  }

  close(): Promise<void> {
    clearInterval(this.#sweeping);
    return this.storage.close();
  }
}

/**
 * The storage that MEDIA_STORAGE names; defaults to the folder `media` in the data directory. Opening does not touch it.
 * @throws ConfigError in production with DATABASE_URL, if it is not set
 */
export function openMediaFiles(config: Config): MediaFiles {
  const { MEDIA_STORAGE, PARLEY_DATA_DIR, DATABASE_URL, NODE_ENV } = config;
  // Several machines may share that database, but not a folder of this machine.
  if (MEDIA_STORAGE === undefined && DATABASE_URL !== undefined && NODE_ENV === "production")
    throw new ConfigError(
      "MEDIA_STORAGE: is needed with DATABASE_URL in production: a folder that all processes share, or s3://bucket/prefix",
    );
  const bucket = MEDIA_STORAGE === undefined ? undefined : s3Settings(MEDIA_STORAGE, config);
  if (bucket) return new MediaFiles(new S3Storage(bucket), new Spool(join(resolve(PARLEY_DATA_DIR), SPOOL)));
  const folder = resolve(MEDIA_STORAGE ?? join(PARLEY_DATA_DIR, "media"));
  return new MediaFiles(new FolderStorage(folder), new Spool(join(folder, SPOOL)));
}
