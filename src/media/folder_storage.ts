import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SpooledFile } from "./spool.ts";
import { type ByteRange, type MediaStorage, type OpenFile, requireKey } from "./storage.ts";
import { isFull, MissingFile, StorageError } from "./storage_error.ts";

/** The folder of temporary files, in the same file system, so that a file can be moved to its place in one step. */
export const SPOOL = "spool";

/** Keeps files in a folder. Only this account may read them. */
export class FolderStorage implements MediaStorage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  put(key: string, file: SpooledFile): Promise<void> {
    const path = this.#pathOf(key);
    return this.#attempt("store a file", async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await sync(file.path);
      // An equal file that is already there is replaced by this one, which is whole.
      await rename(file.path, path);
      await sync(dirname(path));
    });
  }

  open(key: string, range?: ByteRange): Promise<OpenFile> {
    return this.#attempt("read a file", async () => {
      const file = await open(this.#pathOf(key), "r").catch((cause: unknown) => {
        throw isMissing(cause) ? new MissingFile({ cause }) : cause;
      });
      const { size } = await file.stat();
      return { stream: file.createReadStream(range ?? {}), size };
    });
  }

  remove(key: string): Promise<void> {
    return this.#attempt("delete a file", () => rm(this.#pathOf(key), { force: true }));
  }

  check(): Promise<void> {
    const path = join(this.#folder, `.check-${process.pid}`);
    return this.#attempt("store a file", async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, "", { mode: 0o600 });
      await rm(path, { force: true });
    });
  }

  async close(): Promise<void> {}

  #pathOf(key: string): string {
    return join(this.#folder, requireKey(key));
  }

  async #attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof MissingFile || error instanceof TypeError) throw error;
      const { code = "unknown error" } = error as NodeJS.ErrnoException;
      throw new StorageError(`MEDIA_STORAGE: cannot ${what} in ${this.#folder} (${code})`, {
        cause: error,
        isTemporary: isFull(code),
      });
    }
  }
}

/** Waits until a file or the entries of a folder are on the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  await handle.sync().finally(() => handle.close());
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
