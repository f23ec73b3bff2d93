import assert from "node:assert/strict";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, type TestContext, test } from "node:test";
import { FolderStorage } from "../../../src/media/folder_storage.ts";
import { Spool } from "../../../src/media/spool.ts";
import { storeFile } from "../../../src/media/store_file.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aWorkspace } from "../../support/people.ts";
import { temporaryFolder } from "./temporary_folder.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

/** A tenant that uploads files. */
async function uploader(t: TestContext) {
  const { pool } = database;
  const { tenantId } = await aWorkspace(pool);
  const folder = await temporaryFolder(t);
  const storage = new FolderStorage(folder);
  const spool = new Spool(join(folder, "spool"));
  const puts: string[] = [];
  const counting: Pick<FolderStorage, "open" | "put"> = {
    open: (...args) => storage.open(...args),
    put(...args) {
      puts.push(args[0]);
      return storage.put(...args);
    },
  };
  async function upload(body: string, beforeRecord = async (_key: string | null) => {}): Promise<void> {
    await using file = await spool.write(Readable.from([body]), { maxBytes: 100, timeoutMs: 1_000 });
    await storeFile(pool, counting, { tenantId, file, contentType: "text/plain" }, async (key) => {
      await beforeRecord(key);
      const { rows } = await pool.query(
        `with kept as (select app_private.keep_media_file($1, $2, $3, $4) as is_kept),
         medium as (
           insert into app_public.media (tenant_id, type, state, sha256, size, stored_at)
           select $1, 'document', 'stored', $2, $3, now() from kept where is_kept
         )
         select is_kept from kept`,
        [tenantId, file.sha256, file.size, key],
      );
      return rows[0].is_kept;
    });
  }
  const rows = async (sql: string) => (await pool.query(sql, [tenantId])).rows;
  return {
    upload,
    puts,
    storage,
    media: () => rows("select * from app_public.media where tenant_id = $1"),
    files: () => rows("select storage_key from app_private.media_files where tenant_id = $1"),
    unused: () =>
      rows(
        `select storage_key, remove_at <= now() as is_due from app_private.unused_media_files
         where storage_key like $1 || '/%'`,
      ),
  };
}

test("an equal file is stored once and used twice", async (t) => {
  const tenant = await uploader(t);
  await tenant.upload("the same");
  await tenant.upload("the same");
  assert.equal((await tenant.media()).length, 2);
  assert.deepEqual(await tenant.files(), [{ storage_key: tenant.puts[0] }]);
  assert.equal(tenant.puts.length, 1);
  assert.deepEqual(await tenant.unused(), []);
});

test("of two equal files that are stored at once, one is used and the other is due for removal", async (t) => {
  const tenant = await uploader(t);
  const both = Promise.withResolvers<void>();
  let arrived = 0;
  const meet = async (key: string | null) => {
    if (key !== null && ++arrived === 2) both.resolve();
    if (key !== null) await both.promise;
  };
  await Promise.all([tenant.upload("the same", meet), tenant.upload("the same", meet)]);
  assert.equal((await tenant.media()).length, 2);
  const [used] = (await tenant.files()) as { storage_key: string }[];
  const other = tenant.puts.find((key) => key !== used?.storage_key);
  assert.deepEqual(await tenant.unused(), [{ storage_key: other, is_due: true }]);
});

test("a file whose writer dies is removed later", async (t) => {
  const tenant = await uploader(t);
  const die = async (key: string | null) => {
    if (key !== null) throw new Error("killed");
  };
  await assert.rejects(tenant.upload("lost", die), /killed/);
  assert.deepEqual(await tenant.files(), []);
  assert.deepEqual(await tenant.unused(), [{ storage_key: tenant.puts[0], is_due: false }]);
});

test("an equal file that the storage has lost is stored again, for all media that use it", async (t) => {
  const tenant = await uploader(t);
  await tenant.upload("the same");
  const [lost] = tenant.puts as [string];
  await tenant.storage.remove(lost);
  await tenant.upload("the same");
  const again = tenant.puts[1]!;
  assert.deepEqual(await tenant.files(), [{ storage_key: again }]);
  const { stream } = await tenant.storage.open(again);
  assert.equal(await text(stream), "the same");
  assert.equal((await tenant.media()).length, 2);
  // It could come back: a folder may have been away.
  assert.deepEqual(await tenant.unused(), [{ storage_key: lost, is_due: false }]);
});

test("a lost file that is stored twice at once is replaced once", async (t) => {
  const tenant = await uploader(t);
  await tenant.upload("the same");
  const [lost] = tenant.puts as [string];
  await tenant.storage.remove(lost);
  await Promise.all([tenant.upload("the same"), tenant.upload("the same")]);
  assert.equal((await tenant.media()).length, 3);
  const [used] = (await tenant.files()) as { storage_key: string }[];
  assert.notEqual(used!.storage_key, lost);
  const unused = (await tenant.unused()).map((row) => row.storage_key as string);
  assert.deepEqual(new Set([used!.storage_key, ...unused]), new Set(tenant.puts));
});
