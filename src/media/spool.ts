import { createHash, randomUUID } from "node:crypto";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ParleyError } from "../base/errors.ts";
import { isFull, StorageError } from "./storage_error.ts";

/** A temporary file that holds a whole body. Dispose of it in every outcome: `await using file = await spool.write(…)`. */
export type SpooledFile = AsyncDisposable & {
  path: string;
  /** In bytes. */
  size: number;
  sha256: Buffer;
};

type Limits = {
  /** The largest size, in bytes. */
  maxBytes: number;
  /** The longest time for the whole body. */
  timeoutMs: number;
  /** Ends the writing earlier. */
  signal?: AbortSignal;
};

/** Longer than any body may take: an older file belongs to a process that was killed. */
const ABANDONED_MS = 60 * 60 * 1000;
const CHECK_MS = 10_000;
/** A file of the largest size needs as much. */
const LEAST_FREE_BYTES = 100 * 1024 * 1024;

/**
 * A folder for bodies that are being received. They are written to files, so that memory stays bounded and a file is
 * stored only if its hash, size and type are right.
 */
export class Spool {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Writes a stream to a temporary file. The stream is read to its end or destroyed.
   *
   * @throws ParleyError PYBIG when it has more than `maxBytes`, PYTIM when it takes longer than `timeoutMs`, PYSTO when
   * the file cannot be written; the stream's own error, and the signal's reason
   */
  async write(source: Readable, { maxBytes, timeoutMs, signal }: Limits): Promise<SpooledFile> {
    const path = join(this.folder, randomUUID());
    const measured = new Measurement(maxBytes);
    const deadline = AbortSignal.timeout(timeoutMs);
    let file: WriteStream | undefined;
    try {
      // Synchronous, so that the stream's errors have a listener from the start.
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      file = createWriteStream(path, NEW_FILE);
      await pipeline(source, (chunks) => measured.pass(chunks), file, {
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
    } catch (error) {
      source.destroy();
      // A file that is still being opened would appear after it was deleted.
      if (file) await closing(file);
      await rm(path, { force: true }).catch(() => {});
      if (signal?.aborted) throw signal.reason;
      if (deadline.aborted)
        throw new ParleyError("PYTIM", "The file was not received in time", { cause: error });
      throw isFileError(error) ? notWritten(this.folder, error) : error;
    }
    return {
      path,
      size: measured.size,
      sha256: measured.digest(),
      [Symbol.asyncDispose]: () => rm(path, { force: true }),
    };
  }

  /**
   * Checks that files of any size can be written. (An empty one can be, even if the disk is full.)
   * @throws ParleyError PYSTO
   */
  async check(freeBytes = freeBytesOf): Promise<void> {
    const file = await this.write(Readable.from([]), { maxBytes: 0, timeoutMs: CHECK_MS });
    await file[Symbol.asyncDispose]();
    const free = await freeBytes(this.folder);
    if (free < LEAST_FREE_BYTES) {
      const left = `${Math.floor(free / 1024 ** 2)} MB are left in ${this.folder}`;
      throw new StorageError(`${left}, and a file may need 100`, { isTemporary: true });
    }
  }

  /** Deletes what killed processes have left. Files of living processes are newer. */
  async sweep(now = Date.now()): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) {
      const path = join(this.folder, name);
      const file = await stat(path).catch(() => null);
      if (file && now - file.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
    }
  }
}

/** `wx`: the name must be new. Only this account may read it. */
const NEW_FILE = { flags: "wx", mode: 0o600 } as const;

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Resolves when the file is closed, whatever its error. */
function closing(file: WriteStream): Promise<void> {
  if (file.closed) return Promise.resolve();
  return new Promise((resolve) => void file.on("error", () => {}).once("close", resolve));
}

/** Counts and hashes what passes. */
class Measurement {
  size = 0;
  readonly #hash = createHash("sha256");
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.size += chunk.length;
      if (this.size > this.#maxBytes)
        throw new ParleyError("PYBIG", `The file is larger than ${this.#maxBytes} bytes`);
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  digest(): Buffer {
    return this.#hash.digest();
  }
}

/** Errors of the file system name what failed; those of a connection do not have a path. */
function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    "syscall" in error &&
    ("path" in error || OF_DISKS.has(String(Reflect.get(error, "code"))))
  );
}

const OF_DISKS: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO"]);

function notWritten(folder: string, cause: NodeJS.ErrnoException): StorageError {
  return new StorageError(`The file cannot be written to ${folder} (${cause.code})`, {
    cause,
    isTemporary: isFull(cause.code),
  });
}
