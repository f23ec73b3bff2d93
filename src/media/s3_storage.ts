import { createReadStream } from "node:fs";
import { S3Bucket, type S3Settings } from "./s3_bucket.ts";
import type { SpooledFile } from "./spool.ts";
import { type ByteRange, type MediaStorage, type OpenFile, requireKey } from "./storage.ts";
import { MissingFile } from "./storage_error.ts";

/** Keeps files in a bucket of S3, or of a service with the same API: MinIO, R2, Garage, Ceph. */
export class S3Storage implements MediaStorage {
  readonly #bucket: S3Bucket;

  constructor(settings: S3Settings) {
    this.#bucket = new S3Bucket(settings, "MEDIA_STORAGE");
  }

  async put(key: string, file: SpooledFile, contentType: string): Promise<void> {
    await this.#bucket.discard({
      method: "PUT",
      path: requireKey(key),
      headers: {
        "content-type": contentType,
        "content-length": String(file.size),
        // The service refuses a body with another hash: what is stored is whole.
        "x-amz-content-sha256": file.sha256.toString("hex"),
      },
      body: () => createReadStream(file.path),
      size: file.size,
    });
  }

  async open(key: string, range?: ByteRange): Promise<OpenFile> {
    const response = await this.#bucket.request({
      method: "GET",
      path: requireKey(key),
      ...(range && { headers: { range: `bytes=${range.start}-${range.end}` } }),
    });
    const { "content-length": length, "content-range": part } = response.headers;
    return { stream: response.body, size: Number(part ? String(part).split("/")[1] : length) };
  }

  async remove(key: string): Promise<void> {
    await this.#bucket.discard({ method: "DELETE", path: requireKey(key) }).catch((error: unknown) => {
      if (!(error instanceof MissingFile)) throw error;
    });
  }

  async check(): Promise<void> {
    await this.#bucket.discard({
      method: "PUT",
      path: ".check",
      headers: { "content-length": "0" },
    });
  }

  close(): Promise<void> {
    return this.#bucket.close();
  }
}
