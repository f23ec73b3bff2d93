import { type FileHandle, link, open, rename, rm } from "node:fs/promises";
import { ParleyError } from "../base/errors.ts";
import { damaged } from "./damaged.ts";
import { MANIFEST } from "./manifest.ts";
import type { BackupReader, BackupWriter } from "./place.ts";
import { BLOCK, paddedSize, readTarHeader, tarHeader } from "./tar.ts";

/** Writes a backup to one file: a tar archive of its parts, with the manifest at the end. */
export class BackupFileWriter implements BackupWriter {
  readonly #path: string;
  readonly #draft: string;
  readonly #file: FileHandle;

  private constructor(path: string, draft: string, file: FileHandle) {
    this.#path = path;
    this.#draft = draft;
    this.#file = file;
  }

  /** The file has another name until it is complete. */
  static async create(path: string): Promise<BackupFileWriter> {
    await requireFree(path);
    const draft = `${path}.part-${process.pid}`;
    const file = await open(draft, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      // One that was killed had the same process id, as in a container.
      throw error.code === "EEXIST" ? alreadyThere(draft) : error;
    });
    return new BackupFileWriter(path, draft, file);
  }

  async has(): Promise<boolean> {
    return false;
  }

  async add(path: string, content: Buffer): Promise<void> {
    const padding = Buffer.alloc(paddedSize(content.length) - content.length);
    await this.#file.appendFile(Buffer.concat([tarHeader(path, content.length), content, padding]));
  }

  async finish(manifest: Buffer): Promise<void> {
    await this.add(MANIFEST, manifest);
    await this.#file.appendFile(Buffer.alloc(2 * BLOCK));
    await this.#file.sync();
    await this.#file.close();
    // Unlike a rename, a link does not replace a file that has appeared in the meantime.
    await link(this.#draft, this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw alreadyThere(this.#path);
      // Some file systems have no hard links.
      return rename(this.#draft, this.#path);
    });
    await rm(this.#draft, { force: true });
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => {});
    await rm(this.#draft, { force: true });
  }
}

type Place = { offset: number; size: number };

/** Reads a backup from one file. */
export class BackupFileReader implements BackupReader {
  readonly #file: FileHandle;
  readonly #index: ReadonlyMap<string, Place>;

  private constructor(file: FileHandle, index: ReadonlyMap<string, Place>) {
    this.#file = file;
    this.#index = index;
  }

  /** @throws ParleyError PYBAK */
  static async open(path: string): Promise<BackupFileReader> {
    const file = await openIfThere(path);
    if (file === undefined) throw damaged(`there is no file ${path}`);
    try {
      return new BackupFileReader(file, await readIndex(file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  read(path: string, limit: number): Promise<Buffer> {
    const place = this.#index.get(path);
    if (place === undefined) throw damaged(`it has no ${path}`);
    if (place.size > limit) throw damaged(`${path} is larger than the manifest says`);
    return readAt(this.#file, place);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Goes from header to header, without reading what is between. */
async function readIndex(file: FileHandle): Promise<Map<string, Place>> {
  const { size: end } = await file.stat();
  const index = new Map<string, Place>();
  for (let at = 0; ; ) {
    if (at + BLOCK > end) throw damaged("the file is incomplete");
    const header = readTarHeader(await readAt(file, { offset: at, size: BLOCK }));
    if (header === null) return index;
    const { path, size } = header;
    if (at + BLOCK + paddedSize(size) > end) throw damaged("the file is incomplete");
    index.set(path, { offset: at + BLOCK, size });
    at += BLOCK + paddedSize(size);
  }
}

async function readAt(file: FileHandle, { offset, size }: Place): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, offset);
  if (bytesRead < size) throw damaged("the file is incomplete");
  return buffer;
}

async function requireFree(path: string): Promise<void> {
  const there = await openIfThere(path);
  if (there === undefined) return;
  await there.close();
  throw alreadyThere(path);
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function alreadyThere(path: string): ParleyError {
  return new ParleyError("PYEMP", `${path} is already there: name another file, or delete it first`);
}
