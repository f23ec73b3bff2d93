import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "./account.ts";

const NAME = /^\.init-(\d+)-/;

/** Longer than anybody builds in one, if the number of its maker is in use again. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** A directory to build something in that is then renamed to its place, whole or not at all. */
export async function makeStaging(parent: string): Promise<string> {
  return mkdtemp(join(parent, `.init-${process.pid}-`));
}

/** Removes what a kill -9 left unfinished. */
export async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const maker = NAME.exec(name)?.[1];
    if (maker === undefined) continue;
    const path = join(parent, name);
    const madeAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (exists(Number(maker)) && Date.now() - madeAt < ABANDONED_AFTER_MS) continue;
    // Its initdb may have outlived the maker and still be writing; then the next open removes it.
    await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}
