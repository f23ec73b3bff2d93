import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MANIFEST } from "./manifest.ts";
import { type ObjectStore, PART_PATH } from "./object_store.ts";

const DRAFT = /\.part-\d+$/;

/** A file that was being written when its run was killed. */
function isDraft(path: string): boolean {
  const complete = path.replace(DRAFT, "");
  return complete !== path && (complete === MANIFEST || PART_PATH.test(complete));
}

/** The parts and the manifest as files of a folder, readable for this account only. */
export class FolderStore implements ObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(path: string, content: Buffer): Promise<void> {
    const target = join(this.#folder, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    // A file is there as a whole or not at all.
    const draft = `${target}.part-${process.pid}`;
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  }

  async get(path: string, limit: number): Promise<Buffer | undefined> {
    const file = await open(join(this.#folder, path), "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      return size > limit ? undefined : await file.readFile();
    } finally {
      await file.close();
    }
  }

  async list(): Promise<string[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const files = await readdir(this.#folder, { recursive: true });
    return files.filter((path) => PART_PATH.test(path) || isDraft(path));
  }

  remove(path: string): Promise<void> {
    return rm(join(this.#folder, path), { force: true });
  }

  async close(): Promise<void> {}
}
