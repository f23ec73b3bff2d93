import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import type { SpooledFile } from "./spool.ts";

/** Positions of bytes, both inclusive, from 0. */
export type ByteRange = { start: number; end: number };

/** A stored file that is being read. Read or destroy the stream. */
export type OpenFile = {
  stream: Readable;
  /** The size of the whole file, also if the stream is a part of it. */
  size: number;
};

/**
 * Where files are kept: a folder or a bucket. All processes must use the same one. Files pass through as streams, and
 * every operation can be repeated. Keys are made by {@link newStorageKey}.
 *
 * @throws StorageError when the storage cannot be reached, is full or refuses
 */
export type MediaStorage = {
  /** Stores a file durably and atomically. The spooled file may be moved: do not use it afterwards. */
  put(key: string, file: SpooledFile, contentType: string): Promise<void>;
  /**
   * @param range must lie within the file
   * @throws MissingFile
   */
  open(key: string, range?: ByteRange): Promise<OpenFile>;
  /** Deletes a file. Does nothing if it is not there. */
  remove(key: string): Promise<void>;
  /** Checks that files can be stored, by storing an empty one. */
  check(): Promise<void>;
  close(): Promise<void>;
};

/**
 * A new key for a file: `<tenant id>/<first byte of the hash>/<SHA-256>-<8 random digits>`, in hexadecimal. No key is
 * used twice, so that removing a file and storing an equal one cannot meet.
 */
export function newStorageKey(tenantId: string, sha256: Buffer): string {
  const hash = sha256.toString("hex");
  return requireKey(`${tenantId}/${hash.slice(0, 2)}/${hash}-${randomBytes(4).toString("hex")}`);
}

/** The key of the list of erased contacts of a month, such as `2026-11`. It is replaced when one is added. */
export function erasureListKey(month: string): string {
  return requireKey(`erasures/${month}.jsonl`);
}

/** Keys become paths: nothing else may pass. */
export function requireKey(key: string): string {
  if (!KEY.test(key) && !LIST_KEY.test(key)) throw new TypeError("not a key of a media file");
  return key;
}

const LIST_KEY = /^erasures\/\d{4}-\d{2}\.jsonl$/;

const KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/[0-9a-f]{2}\/[0-9a-f]{64}-[0-9a-f]{8}$/;
