import { stat } from "node:fs/promises";
import type { Config } from "../base/config.ts";
import { s3Settings } from "../media/s3_settings.ts";
import { BackupFileReader, BackupFileWriter } from "./backup_file.ts";
import { BucketStore } from "./bucket_store.ts";
import { FolderStore } from "./folder_store.ts";
import { type ObjectStore, StoreReader, StoreWriter } from "./object_store.ts";
import type { BackupReader, BackupTarget } from "./place.ts";

/**
 * Opens the place that a backup is written to: `s3://bucket/prefix`, a folder (one that exists, or a path that ends with a
 * slash), or a file.
 * @throws ParleyError PYEMP
 */
export async function openTarget(target: string, config: Config): Promise<BackupTarget> {
  const store = await openStore(target, config);
  return { target, writer: store ? new StoreWriter(store) : await BackupFileWriter.create(target) };
}

/** @throws ParleyError PYBAK */
export async function openReader(source: string, config: Config): Promise<BackupReader> {
  const store = await openStore(source, config);
  return store ? new StoreReader(store) : BackupFileReader.open(source);
}

async function openStore(place: string, config: Config): Promise<ObjectStore | undefined> {
  const bucket = s3Settings(place, config);
  if (bucket) return new BucketStore(bucket);
  const isFolder = place.endsWith("/") || (await stat(place).catch(() => undefined))?.isDirectory();
  return isFolder ? new FolderStore(place) : undefined;
}
