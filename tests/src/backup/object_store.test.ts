import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { backUp } from "../../../src/backup/back_up.ts";
import { openReader, openTarget } from "../../../src/backup/open_place.ts";
import type { BackupWriter } from "../../../src/backup/place.ts";
import { readManifest } from "../../../src/backup/read_manifest.ts";
import { verifyParts } from "../../../src/backup/verify.ts";
import { readConfig } from "../../../src/base/config.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aWorkspace } from "../../support/people.ts";
import { until } from "../../support/until.ts";
import { BUCKET, CREDENTIALS, REGION, type S3StandIn, s3StandIn } from "../media/s3_stand_in.ts";

let folder: string;
let s3: S3StandIn;
let database: TestDatabase;
before(async () => {
  [folder, s3, database] = await Promise.all([
    mkdtemp(join(tmpdir(), "parley-backup-")),
    s3StandIn(),
    createTestDatabase(),
  ]);
  await aWorkspace(database.pool);
});
after(async () => {
  await database.drop();
  await s3.close();
  await rm(folder, { recursive: true });
});

const places: [what: string, address: () => string, paths: () => Promise<string[]>][] = [
  [
    "a folder",
    () => join(folder, "daily/"),
    async () =>
      (await readdir(join(folder, "daily"), { recursive: true })).filter((path) => path.endsWith(".zst")),
  ],
  [
    "a bucket",
    () => `s3://${BUCKET}/backups/parley`,
    async () =>
      [...s3.objects.keys()].flatMap((path) => /\/backups\/parley\/(.+\.zst)$/.exec(path)?.[1] ?? []),
  ],
];

for (const [what, address, paths] of places)
  test(`a backup into ${what} writes only what has changed since the last one`, async () => {
    const config = readConfig({
      NODE_ENV: "test",
      MEDIA_S3_ENDPOINT: s3.url,
      MEDIA_S3_REGION: REGION,
      MEDIA_S3_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      MEDIA_S3_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    });
    const run = async (change: (writer: BackupWriter) => Partial<BackupWriter> = () => ({})) => {
      const { writer, target } = await openTarget(address(), config);
      const bound = Object.fromEntries(
        (["has", "add", "finish", "abandon"] as const).map((name) => [name, writer[name].bind(writer)]),
      ) as BackupWriter;
      return backUp(database.ownerUrl, { writer: { ...bound, ...change(writer) }, target });
    };
    const verify = async () => {
      const reader = await openReader(address(), config);
      const manifest = await readManifest(reader);
      await verifyParts(reader, manifest).finally(() => reader.close());
      return manifest;
    };

    // One that is cut off has no manifest; the next one goes on with its parts.
    let parts = 0;
    const failing = (writer: BackupWriter) => ({
      add: (path: string, content: Buffer) =>
        ++parts > 4 ? Promise.reject(new Error("cut off")) : writer.add(path, content),
    });
    await assert.rejects(run(failing), /cut off/);
    await assert.rejects(verify(), { code: "PYBAK" });
    const first = await run();
    assert.ok(first.reusedBytes > 0 && first.reusedBytes < first.storedBytes);
    assert.deepEqual((await verify()).tables, first.manifest.tables);

    await database.pool.query("insert into app_public.tenants (slug, name) values ($1, 'New')", [
      `new-${what.at(-1)}`,
    ]);
    await assert.rejects(
      run((writer) => ({ ...failing(writer), add: () => Promise.reject(new Error("cut off")) })),
    );
    assert.deepEqual((await verify()).tables, first.manifest.tables, "the last backup is still whole");
    const second = await run();
    const written = second.storedBytes - second.reusedBytes;
    assert.ok(written > 0 && written < second.storedBytes / 3, `${written} of ${second.storedBytes}`);
    assert.deepEqual((await verify()).tables, second.manifest.tables);
    const kept = second.manifest.tables.flatMap(({ name, parts: all }) =>
      all.map(({ sha256 }) => `${name}/${sha256}.zst`),
    );
    assert.deepEqual(
      (await paths()).sort(),
      kept.sort(),
      "parts of the first that are not in the second are removed",
    );
  });

test("a second run into the same folder waits for the first, and drafts of one that was killed are removed", async () => {
  const target = join(folder, "twice");
  const config = readConfig({ NODE_ENV: "test" });
  await backUp(database.ownerUrl, await openTarget(`${target}/`, config));
  await writeFile(join(target, "manifest.json.part-7"), "half");
  const { writer } = await openTarget(target, config);
  let second: Promise<unknown> = Promise.resolve();
  await backUp(database.ownerUrl, {
    target,
    writer: {
      has: (path) => writer.has(path),
      add: (path, content) => writer.add(path, content),
      async finish(manifest, paths) {
        // Written after the moment of the first run: parts that the first one counts on are not in the second.
        await database.pool.query("update app_public.tenants set name = 'Changed in the meantime'");
        second = openTarget(`${target}/`, config).then((to) => backUp(database.ownerUrl, to));
        await until("the second run to wait", async () => {
          const { rowCount } = await database.pool.query(
            "select from pg_stat_activity where wait_event = 'advisory' and datname = current_database()",
          );
          return rowCount === 1;
        });
        await writer.finish(manifest, paths);
      },
      abandon: () => writer.abandon(),
    },
  });
  await second;
  const reader = await openReader(target, config);
  await verifyParts(reader, await readManifest(reader));
  await reader.close();
  assert.deepEqual(
    (await readdir(target, { recursive: true })).filter((path) => path.includes(".part-")),
    [],
  );
});

test("other files of the folder are left alone", async () => {
  const target = join(folder, "shared");
  const config = readConfig({ NODE_ENV: "test" });
  await backUp(database.ownerUrl, await openTarget(`${target}/`, config));
  await writeFile(join(target, "notes.txt"), "mine");
  await backUp(database.ownerUrl, await openTarget(target, config));
  assert.ok((await readdir(target)).includes("notes.txt"));
});
