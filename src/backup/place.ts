/** A place to which a backup is written. Paths are made by `pathOf()`. */
export type BackupWriter = {
  /** Whether a part of this path, which names its content, is there from an earlier run. */
  has(path: string): Promise<boolean>;
  add(path: string, content: Buffer): Promise<void>;
  /** Stores the manifest, which makes the backup valid, and closes the place. */
  finish(manifest: Buffer, paths: ReadonlySet<string>): Promise<void>;
  /** Closes the place after a failure. A backup that was there before stays valid. */
  abandon(): Promise<void>;
};

/** A place, and how the operator named it. */
export type BackupTarget = { writer: BackupWriter; target: string };

/** A place from which a backup is read. */
export type BackupReader = {
  /** @throws ParleyError PYBAK if it is not there, or is larger than `limit` bytes */
  read(path: string, limit: number): Promise<Buffer>;
  close(): Promise<void>;
};
