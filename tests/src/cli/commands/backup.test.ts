import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readConfig } from "../../../../src/base/config.ts";
import { openMediaFiles } from "../../../../src/media/media_files.ts";
import { completeErasure } from "../../../../src/retention/complete_erasure.ts";
import { keyRing } from "../../../../src/secrets/key_ring.ts";
import { setChannelSecrets } from "../../../../src/secrets/set_channel_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { aConversation, aWorkspace, type Workspace } from "../../../support/people.ts";
import { type Parley, parleyOn, runParley } from "./parley.ts";

let folder: string;
let path: string;
let database: TestDatabase;
let parley: Parley;
let workspace: Workspace;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-backup-"));
  path = join(folder, "parley.tar");
  database = await createTestDatabase();
  parley = parleyOn(database);
  workspace = await aWorkspace(database.pool);
  await aConversation(database.pool, workspace);
  await setChannelSecrets(database.pool, workspace.channelId, { accessToken: "a token" }, keyRing([OLD_KEY]));
});
after(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const OLD_KEY = "the secret key of the old installation";
const PASSPHRASE = "correct horse battery staple";

test("a backup is written, verified, and restored with its secrets into another installation", async () => {
  const env = { PARLEY_SECRET_KEY: OLD_KEY };
  const written = await parley.json(["backup", path, "--passphrase", "-"], { input: PASSPHRASE, env });
  assert.equal(written.hasKeys, true);
  assert.match(await parley.failure(["backup", path]), /already there.*\(PYEMP\)$/);
  assert.deepEqual((await database.pool.query("select target, scope from app_private.backups")).rows, [
    { target: path, scope: "whole" },
  ]);

  const quick = await parley.json(["backup", "verify", path, "--quick"]);
  assert.deepEqual([quick.rows, quick.isRestored], [written.rows, false]);

  const other = await createTestDatabase();
  try {
    const restoring = parleyOn(other);
    assert.match(
      await restoring.failure(["restore", path, "--passphrase", "another passphrase"]),
      /\(PYPHR\)$/,
    );
    const restored = await restoring.json(["restore", path, "--pause-channels"], {
      env: { BACKUP_PASSPHRASE: PASSPHRASE },
    });
    assert.deepEqual([restored.rows, restored.resealed, restored.unopened], [written.rows, 1, []]);
    assert.match(await restoring.failure(["restore", path]), /not empty.*\(PYEMP\)$/);
  } finally {
    await other.drop();
  }
});

test("a backup is restored into a throw-away server, and counted", async () => {
  const { code, stdout, stderr } = await runParley(["backup", "verify", path]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^The backup was restored and counted: \d+ rows of \d+ tables, as of .*Z\n$/);
});

test("tables, and a tenant; without the key the secrets stay closed, and this is said", async () => {
  const tables = join(folder, "tables.tar");
  await parley(["backup", tables, "--table", "app_public.contacts,app_public.messages"]);
  assert.match((await parley(["backup", "verify", tables])).stdout, /sizes and hashes.*: 1 rows of/);
  assert.match(
    await parley.failure(["backup", join(folder, "x"), "--table", "contacts"]),
    /no table contacts.*\(PYREQ\)$/,
  );
  assert.match(await parley.failure(["restore", tables]), /only a part.*\(PYREQ\)$/);
  assert.match(await parley.failure(["restore", tables, "--into", "rescue"]), /together \(PYREQ\)$/);
  const loading = ["restore", tables, "--table", "app_public.contacts", "--into", "rescue"];
  assert.match((await parley(loading)).stdout, /^"rescue".contacts: 1 rows\nAs of /);

  const tenant = join(folder, "tenant.tar");
  assert.equal((await parley.json(["tenant", "export", workspace.slug, tenant])).tenant, workspace.slug);
  assert.match(await parley.failure(["tenant", "import", path]), /not the backup of one tenant.*\(PYREQ\)$/);
  const other = await createTestDatabase();
  try {
    const { code, stderr } = await parleyOn(other)(["tenant", "import", tenant, "--slug", "moved"]);
    assert.deepEqual(
      [code, stderr],
      [0, '1 secrets are sealed with another key: see "Keys" in docs/backup.md\n'],
    );
    assert.deepEqual((await other.pool.query("select slug from app_public.tenants")).rows, [
      { slug: "moved" },
    ]);
  } finally {
    await other.drop();
  }
  assert.deepEqual(
    (await readdir(folder)).filter((name) => !name.endsWith(".tar")),
    [],
  );
});

test("who was erased after a backup is erased again by a restore, and by the import of a tenant", async () => {
  const source = await createTestDatabase();
  const storage = await mkdtemp(join(tmpdir(), "parley-media-"));
  const media = openMediaFiles(readConfig({ NODE_ENV: "test", MEDIA_STORAGE: storage }));
  try {
    const { slug } = await aWorkspace(source.pool);
    await source.pool.query(
      "insert into app_public.contacts (tenant_id, phone, name) select id, unnest($1::text[]), 'A customer' from app_public.tenants",
      [["+16505550031", "+16505550032"]],
    );
    const [whole, tenant] = [join(storage, "whole.tar"), join(storage, "tenant.tar")];
    await parleyOn(source).json(["backup", whole]);
    await parleyOn(source).json(["tenant", "export", slug, tenant]);
    await source.pool.query("delete from app_public.contacts where phone = '+16505550031'");
    const { rows } = await source.pool.query("select id from app_public.erasures");
    assert.equal(rows.length, 1);
    await completeErasure(source.pool, media, rows[0].id);

    for (const command of [
      ["restore", whole],
      ["tenant", "import", tenant],
    ]) {
      const other = await createTestDatabase();
      try {
        const { code, stderr } = await parleyOn(other)(command, { env: { MEDIA_STORAGE: storage } });
        assert.deepEqual([code, stderr], [0, "1 contacts were erased again\n"], command[0]);
        const left = await other.pool.query("select phone from app_public.contacts");
        assert.deepEqual(left.rows, [{ phone: "+16505550032" }], command[0]);
      } finally {
        await other.drop();
      }
    }
  } finally {
    await media.close();
    await source.drop();
    await rm(storage, { recursive: true });
  }
});
