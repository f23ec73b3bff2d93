import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "../../src/base/log.ts";
import type { MediaFiles } from "../../src/media/media_files.ts";
import removeMediaFiles from "../../tasks/remove_media_files.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const log = createLog("silent");

/** Runs the task on a storage that cannot remove some files. Returns what it removed, in order. */
async function run(broken: readonly string[] = []): Promise<string[]> {
  const removed: string[] = [];
  const storage = {
    async remove(key: string) {
      if (broken.includes(key)) throw new Error("the storage is broken");
      removed.push(key);
    },
  };
  await removeMediaFiles({ pool: database.pool, media: { storage } as unknown as MediaFiles, log })();
  return removed;
}

async function note(minutes: number, ...keys: string[]): Promise<void> {
  await database.pool.query(
    `insert into app_private.unused_media_files (storage_key, remove_at)
     select key, now() + $2 * interval '1 minute' from unnest($1::text[]) key`,
    [keys, minutes],
  );
}

async function left(): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select storage_key from app_private.unused_media_files order by storage_key",
  );
  return rows.map(({ storage_key }) => storage_key);
}

test("files that are due are removed, in as many steps as it takes; those being written stay", async () => {
  const keys = Array.from({ length: 50 }, (_, at) => `due/${at}`);
  await note(-1, ...keys);
  await note(60, "being written");
  assert.deepEqual((await run()).sort(), keys.sort());
  assert.deepEqual(await left(), ["being written"]);
  assert.deepEqual(await run(), []);
});

test("a file that cannot be removed is tried again later, and does not hold up the others", async () => {
  await note(-2, "broken");
  await note(-1, "fine");
  assert.deepEqual(await run(["broken"]), ["fine"]);
  assert.deepEqual(await left(), ["being written", "broken"]);
  assert.deepEqual(await run(["broken"]), []);
  await database.pool.query(
    "update app_private.unused_media_files set remove_at = now() where storage_key = 'broken'",
  );
  assert.deepEqual(await run(), ["broken"]);
});
