import type { Readable } from "node:stream";
import type { SpooledFile } from "./spool.ts";

/** Identifies a stored file: equal files of a tenant are one. */
export type MediaKey = { tenantId: string; sha256: Uint8Array };

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
 * every operation can be repeated.
 *
 * @throws StorageError when the storage cannot be reached, is full or refuses
 */
export type MediaStorage = {
  /** Stores a file durably and atomically. The spooled file may be moved: do not use it afterwards. */
  put(key: MediaKey, file: SpooledFile, contentType: string): Promise<void>;
  /**
   * @param range must lie within the file
   * @throws MissingFile
   */
  open(key: MediaKey, range?: ByteRange): Promise<OpenFile>;
  /** Deletes a file. Does nothing if it is not there. */
  remove(key: MediaKey): Promise<void>;
  /** Checks that files can be stored, by storing an empty one. */
  check(): Promise<void>;
  close(): Promise<void>;
};

/** The path of a file in a storage: `<tenant id>/<first byte of the hash>/<hash>`, in hexadecimal. */
export function pathOf({ tenantId, sha256 }: MediaKey): string {
  const hash = Buffer.from(sha256).toString("hex");
  // The key becomes a path: nothing but an id and a hash may pass.
  if (!UUID.test(tenantId) || hash.length !== 64) throw new TypeError("not a key of a media file");
  return `${tenantId}/${hash.slice(0, 2)}/${hash}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
