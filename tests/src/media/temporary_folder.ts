import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What runs something after a test, or after all. */
export type Afterwards = { after(fn: () => Promise<void>): void };

/** A folder that is deleted after the test. */
export async function temporaryFolder(t: Afterwards): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "parley-media-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
