import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "../../src/base/log.ts";
import { openMediaFiles } from "../../src/media/media_files.ts";
import removeMediaFiles from "../../tasks/remove_media_files.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type KillableProcess, startKillableProcess } from "../support/killable_process.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

/** kill -9 of the process that receives and fetches, several times while customers' files are fetched and deleted. */
const KILLS = 5;
const FILES = 150;
/** Every so many files one equals an earlier one. */
const EQUAL = 5;

let database: TestDatabase;
let program: TestProgram;
let killable: KillableProcess;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-media-"));
  database = await createTestDatabase();
  killable = await startKillableProcess(database.ownerUrl, { MEDIA_STORAGE: folder });
  program = await startProgram(database, { withWorker: false, env: { MEDIA_STORAGE: folder } });
});
after(async () => {
  await killable.kill();
  await program.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

const countOf = async (state: string): Promise<number> =>
  (await query("select count(*)::int as n from app_public.media where state = $1", state))[0].n;

/** The leases of the dead worker run out, and reconcile_outbox runs. */
async function timePasses(): Promise<void> {
  await query("update app_private.provider_media set leased_until = '-infinity'");
  await query("update app_public.media set created_at = created_at - interval '1 minute'");
  await query("select app_private.reconcile_received_media()");
  // Not those that a worker is taking: it locks several, in another order.
  await query(
    `update graphile_worker._private_jobs set run_at = now() where id = any (array(
       select id from graphile_worker._private_jobs
       where key like 'fetch_media:%' and locked_at is null for update skip locked
     ))`,
  );
}

test("kill -9 while files are fetched loses none, and leaves none behind", { timeout: 60_000 }, async () => {
  const workspace = await program.connectedWorkspace();
  const bodies = Array.from({ length: FILES }, () => randomBytes(200_000));
  bodies.forEach((_body, at) => {
    if (at % EQUAL === 0) bodies[at] = bodies[0]!;
  });
  await killable.start();
  const phone = program.sandbox.customer({ phone: "15558000001", name: "Ann" }, workspace.phoneNumberId);
  for (const bytes of bodies) phone.sendMedia({ kind: "image", mimeType: "image/png", bytes });
  await until("all messages to be stored", async () => {
    const [row] = await query("select count(*)::int as n from app_public.messages");
    return row.n === FILES;
  });
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await until("some files to be stored", async () => (await countOf("stored")) >= kill * 10);
    await killable.kill();
    await timePasses();
    await killable.start();
  }
  await until(
    "all files to be stored",
    async () => {
      await timePasses();
      return (await countOf("stored")) === FILES;
    },
    30_000,
  );
  const digests = bodies.map((body) => createHash("sha256").update(body).digest("hex"));
  const rows = await query("select encode(sha256, 'hex') as sha256 from app_public.media");
  assert.deepEqual(rows.map(({ sha256 }) => sha256).sort(), digests.toSorted());
  await assertStored(new Set(digests).size);

  await query("delete from app_public.contacts");
  await assertStored(0);
});

/** A day passes, and what is not used is removed: the storage has the files that rows name, each once and whole. */
async function assertStored(count: number): Promise<void> {
  await query("update app_private.unused_media_files set remove_at = now()");
  const media = openMediaFiles(program.config);
  await removeMediaFiles({ pool: database.pool, media, log: createLog("silent") })();
  const named = await query(
    "select storage_key, encode(sha256, 'hex') as sha256 from app_private.media_files",
  );
  const kept = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && !entry.parentPath.endsWith("spool"),
  );
  assert.equal(named.length, count);
  assert.deepEqual(
    kept.map(({ name }) => name).sort(),
    named.map(({ storage_key }) => storage_key.split("/").at(-1)).sort(),
  );
  for (const { parentPath, name } of kept) {
    const body = await readFile(join(parentPath, name));
    assert.equal(createHash("sha256").update(body).digest("hex"), name.split("-")[0]);
  }
}
