import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, unlink, writeFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BodyError, tooLarge } from "./read_body.ts";

export interface StoredFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** SHA-256: webhooks write it in base64, the Graph API in hex. */
  readonly digest: Buffer;
  /** The first bytes, which tell some formats apart. */
  readonly head: Buffer;
}

const HEAD_BYTES = 32;

/** Files in a temporary folder, which is created with the first file and deleted by `close`. */
export class TemporaryFiles {
  #folder: string | undefined;

  /** Stores bytes that are in memory anyway. */
  write(bytes: Buffer): StoredFile {
    const path = this.#newPath();
    writeFileSync(path, bytes);
    return {
      path,
      size: bytes.length,
      digest: createHash("sha256").update(bytes).digest(),
      head: Buffer.from(bytes.subarray(0, HEAD_BYTES)),
    };
  }

  /** Stores a stream of at most `limit` bytes, chunk by chunk. Throws a BodyError and keeps nothing if it is longer. */
  async receive(source: AsyncIterable<Buffer>, limit: number): Promise<StoredFile> {
    const path = this.#newPath();
    const hash = createHash("sha256");
    let size = 0;
    let head = Buffer.alloc(0);
    try {
      await using file = await open(path, "wx");
      for await (const chunk of source) {
        size += chunk.length;
        if (size > limit) throw tooLarge(limit);
        hash.update(chunk);
        if (head.length < HEAD_BYTES)
          head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
        await file.writeFile(chunk);
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error instanceof BodyError ? error : new BodyError(400, "The body broke off", error);
    }
    return { path, size, digest: hash.digest(), head };
  }

  /** Deletes a file; a download of it that has begun still ends. */
  remove({ path }: StoredFile): void {
    unlink(path, () => undefined);
  }

  close(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #newPath(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), "sandbox-media-"));
    return join(this.#folder, randomUUID());
  }
}
