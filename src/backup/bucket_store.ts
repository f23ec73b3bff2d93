import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { S3Bucket, type S3Settings } from "../media/s3_bucket.ts";
import { MissingFile } from "../media/storage_error.ts";
import { sha256Of } from "./manifest.ts";
import { type ObjectStore, PART_PATH } from "./object_store.ts";

/** The parts and the manifest as objects of a bucket. */
export class BucketStore implements ObjectStore {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;

  constructor(settings: S3Settings) {
    this.#bucket = new S3Bucket(settings, `s3://${settings.bucket}`);
    this.#prefix = settings.prefix === "" ? "" : `${settings.prefix}/`;
  }

  put(path: string, content: Buffer): Promise<void> {
    return this.#bucket.discard({
      method: "PUT",
      path,
      headers: { "content-length": String(content.length), "x-amz-content-sha256": sha256Of(content) },
      body: () => Readable.from([content]),
      size: content.length,
    });
  }

  async get(path: string, limit: number): Promise<Buffer | undefined> {
    try {
      const { headers, body } = await this.#bucket.request({ method: "GET", path });
      if (Number(headers["content-length"]) <= limit) return await buffer(body);
      body.destroy();
      return undefined;
    } catch (error) {
      if (error instanceof MissingFile) return undefined;
      throw error;
    }
  }

  /** A page has a thousand keys. The keys of parts have no character that XML escapes. */
  async list(): Promise<string[]> {
    const paths: string[] = [];
    for (let after = ""; ; ) {
      const query = { "list-type": "2", prefix: this.#prefix, ...(after && { "start-after": after }) };
      const { body } = await this.#bucket.request({ method: "GET", path: "", query });
      const keys = [...(await body.text()).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = ""]) => key);
      paths.push(...keys.map((key) => key.slice(this.#prefix.length)));
      after = keys.at(-1) ?? "";
      if (after === "") return paths.filter((path) => PART_PATH.test(path));
    }
  }

  remove(path: string): Promise<void> {
    return this.#bucket.discard({ method: "DELETE", path });
  }

  close(): Promise<void> {
    return this.#bucket.close();
  }
}
