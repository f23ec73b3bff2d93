import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { type OwnerDatabase, openOwnerDatabase } from "../database/urls.ts";
import { type MediaFiles, openMediaFiles } from "../media/media_files.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { readKeyRing } from "../secrets/secret_keys.ts";

/** What every part of a process stands on. */
export type ProcessResources = {
  config: Config;
  log: Log;
  owner: OwnerDatabase;
  keyRing: KeyRing;
  media: MediaFiles;
  /** Everything that has to be closed, in reverse order of opening. */
  closing: AsyncDisposableStack;
  /** How much time is left for closing. */
  deadline: CloseDeadline;
};

/** Opens the database and the media storage, and reads the keys. When it throws, it has closed what it opened. */
export async function openResources(config: Config, log: Log): Promise<ProcessResources> {
  const keyRing = await readKeyRing(config);
  const media = openMediaFiles(config);
  await media.prepare(log);
  const closing = new AsyncDisposableStack();
  closing.defer(() => media.close());
  const owner = await openOwnerDatabase(config, log);
  closing.defer(() => owner.release());
  return { config, log, owner, keyRing, media, closing, deadline: new CloseDeadline() };
}

/** The time for work in progress; the rest of the ten seconds after a signal is for recording and closing. */
const CLOSE_MS = 8_000;

/** The time that all parts of a process share to close in. */
class CloseDeadline {
  #end: number | undefined;

  /** From the first call to `begin` on, time runs out. */
  begin(): void {
    this.#end ??= performance.now() + CLOSE_MS;
  }

  get leftMs(): number {
    return this.#end === undefined ? CLOSE_MS : Math.max(0, this.#end - performance.now());
  }
}
