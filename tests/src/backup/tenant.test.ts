import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { backUp } from "../../../src/backup/back_up.ts";
import { BackupFileWriter } from "../../../src/backup/backup_file.ts";
import { packPart } from "../../../src/backup/copied_parts.ts";
import { importTenant } from "../../../src/backup/import_tenant.ts";
import { JOBS as JOB_ROWS, OWNERS } from "../../../src/backup/jobs.ts";
import { encodeManifest, type Manifest, pathOf } from "../../../src/backup/manifest.ts";
import { openReader, openTarget } from "../../../src/backup/open_place.ts";
import { readManifest } from "../../../src/backup/read_manifest.ts";
import { listWholeTables } from "../../../src/backup/table_list.ts";
import { tenantCondition } from "../../../src/backup/tenant_tables.ts";
import { readConfig } from "../../../src/base/config.ts";
import { JOBS } from "../../../src/jobs/registry.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { hear } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../../support/people.ts";

const config = readConfig({ NODE_ENV: "test" });

let folder: string;
let source: TestDatabase;
let target: TestDatabase;
let moving: Workspace;
let staying: Workspace;
let agent: Person;
let colleague: Person;
let path: string;
before(async () => {
  [folder, source, target] = await Promise.all([
    mkdtemp(join(tmpdir(), "parley-tenant-")),
    createTestDatabase(),
    createTestDatabase(),
  ]);
  [moving, staying] = [await filled(source.pool), await filled(source.pool)];
  await filled(target.pool);
  agent = await aPerson(source.pool, moving.tenantId, "agent");
  colleague = await aPerson(source.pool, moving.tenantId, "admin");
  path = join(folder, "tenant.tar");
  const tenant = { id: moving.tenantId, slug: moving.slug };
  await backUp(source.ownerUrl, await openTarget(path, config), { tenant });
});
after(async () => {
  await Promise.all([source.drop(), target.drop()]);
  await rm(folder, { recursive: true });
});

/** A tenant with a conversation of both directions, one of them queued, and a job. */
async function filled(pool: pg.Pool): Promise<Workspace> {
  const workspace = await aWorkspace(pool);
  const thread = await aConversation(pool, workspace);
  await hear(pool, workspace, thread, { content: { body: "hello" } });
  await pool.query(
    "insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{\"body\": \"queued\"}')",
    [thread.conversationId],
  );
  await pool.query(
    `select graphile_worker.add_job('sync_templates', json_build_object('channelId', $1::uuid),
       run_at => now() + interval '1 day', job_key => 'sync_templates:' || $1::uuid)`,
    [workspace.channelId],
  );
  return workspace;
}

async function importFile({ ownerUrl }: { ownerUrl: string }, file = path, slug?: string) {
  const reader = await openReader(file, config);
  try {
    return await importTenant(
      reader,
      await readManifest(reader),
      ownerUrl,
      slug === undefined ? {} : { slug },
    );
  } finally {
    await reader.close();
  }
}

/** The rows of a tenant in every table, as one hash each. */
async function contentOf(pool: pg.Pool, { tenantId }: Workspace): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const table of await listWholeTables(pool)) {
    const condition = tenantCondition(table, tenantId);
    if (condition === null) continue;
    const { rows } = await pool.query(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash
       from ${table.name} t where ${condition}`,
    );
    content[table.name] = rows[0].hash;
  }
  return content;
}

const countAll = async (pool: pg.Pool) =>
  (await pool.query("select count(*)::int as messages from app_public.messages")).rows[0].messages;

test("every table says which rows belong to a tenant, and every payload of a job to whom it belongs", async () => {
  for (const table of await listWholeTables(source.pool)) tenantCondition(table, moving.tenantId);
  const keys = Object.values(JOBS).flatMap(({ payload }) =>
    Object.keys(payload.shape).filter((key) => key.endsWith("Id")),
  );
  // An account belongs to no tenant.
  assert.deepEqual(
    [...new Set(keys)].filter((key) => !(key in OWNERS)),
    ["passwordResetId"],
  );
});

test("a login that may not switch triggers off is told how to permit it", async () => {
  const server = new pg.Client({ connectionString: target.ownerUrl });
  await server.connect();
  const role = `parley_importer_${process.pid}`;
  try {
    await server.query(`create role ${role} login password 'importer'`);
    await server.query(`grant usage on schema graphile_migrate, app_public to ${role}`);
    await server.query(`grant select on graphile_migrate.migrations to ${role}`);
    const url = Object.assign(new URL(target.ownerUrl), { username: role, password: "importer" });
    await assert.rejects(importFile({ ownerUrl: url.href }), {
      code: "PYUNA",
      message: /grant set on parameter/,
    });
  } finally {
    await server.query(`drop owned by ${role}; drop role ${role}`);
    await server.end();
  }
});

test("a tenant moves into an installation that has others, who notice nothing", async () => {
  // Two of the users have accounts there: one the same, one with the same address only.
  await target.pool.query("insert into app_public.users (id, email, name) values ($1, $2, 'There')", [
    colleague.userId,
    colleague.email,
  ]);
  const { rows } = await target.pool.query(
    "insert into app_public.users (email, name) values ($1, 'Also there') returning id",
    [agent.email],
  );
  const others = await countAll(target.pool);

  const { users } = await importFile(target);
  assert.deepEqual(users, { added: 0, known: 2 });
  assert.equal(await countAll(target.pool), others + 2);

  const [expected, found] = [await contentOf(source.pool, moving), await contentOf(target.pool, moving)];
  const differing = Object.keys(expected).filter((name) => expected[name] !== found[name]);
  assert.deepEqual(differing, [
    "app_private.user_secrets",
    "app_public.audit_entries",
    "app_public.channels",
    "app_public.memberships",
    "app_public.users",
  ]);
  const { rows: after } = await target.pool.query(
    `select c.status, (select array_agg(m.user_id order by m.user_id) from app_public.memberships m where m.tenant_id = $1) as members,
       (select count(*)::int from graphile_worker.jobs j where j.key = 'sync_templates:' || c.id) as jobs
     from app_public.channels c where c.tenant_id = $1`,
    [moving.tenantId],
  );
  assert.deepEqual(after, [{ status: "paused", members: [colleague.userId, rows[0].id].sort(), jobs: 1 }]);
  await assert.rejects(importFile(target), { code: "PYEMP", message: /already there/ });
});

/** The file of the tenant with more rows, which were made by hand. */
async function forge(name: string, rows: Record<string, string>): Promise<string> {
  const file = join(folder, `${name}.tar`);
  const [reader, writer] = [await openReader(path, config), await BackupFileWriter.create(file)];
  const { format: _, ...manifest }: Manifest = await readManifest(reader);
  for (const table of manifest.tables) {
    for (const part of table.parts)
      await writer.add(pathOf(table, part), await reader.read(pathOf(table, part), part.storedBytes));
    if (rows[table.name] === undefined) continue;
    const { part, stored } = await packPart(Buffer.from(`${rows[table.name]}\n`));
    await writer.add(pathOf(table, part), stored);
    table.parts.push(part);
    table.rows += 1;
  }
  await writer.finish(encodeManifest(manifest));
  await reader.close();
  return file;
}

test("a file made by hand gives no password to others, and neither adds nor replaces their jobs", async () => {
  const other = await createTestDatabase();
  try {
    const theirs = await filled(other.pool);
    const { userId } = await aPerson(other.pool, theirs.tenantId, "owner");
    await other.pool.query("delete from app_private.user_secrets where user_id = $1", [userId]);
    const job = (payload: object, key: string) =>
      ["sync_templates", JSON.stringify(payload), "\\N", "2026-11-28 00:00:00+00", 25, key, 0, "{}"].join(
        "\t",
      );
    const [own, their] = [moving.channelId, theirs.channelId];
    const key = `sync_templates:${their}`;
    const hostile: [what: string, rows: Record<string, string>][] = [
      ["secrets", { "app_private.user_secrets": `${userId}\t$2a$10$hash\t2026-11-28\t2026-11-28` }],
      ["job", { [JOB_ROWS.name]: job({ channelId: their }, `sync_templates:${own}`) }],
      [
        "both",
        { [JOB_ROWS.name]: job({ channelId: own, tenantId: theirs.tenantId }, `sync_templates:${own}`) },
      ],
      ["key", { [JOB_ROWS.name]: job({ channelId: own }, key) }],
      ["word", { [JOB_ROWS.name]: job({ channelId: own, note: their }, key) }],
    ];
    for (const [what, rows] of hostile)
      await assert.rejects(importFile(other, await forge(what, rows)), { code: "PYBAK" }, what);
    const { rows } = await other.pool.query(
      "select payload from graphile_worker._private_jobs where key = $1",
      [key],
    );
    assert.deepEqual(rows, [{ payload: { channelId: their } }]);
    await importFile(other);
  } finally {
    await other.drop();
  }
});

test("the slug of another tenant, the number of another channel, and rows of others are refused", async () => {
  const other = await createTestDatabase();
  try {
    await other.pool.query("insert into app_public.tenants (slug, name) values ($1, 'Other')", [moving.slug]);
    await assert.rejects(importFile(other), { code: "PYEMP", message: /--slug/ });

    // A row that is said to be the tenant's, and belongs to one that stays.
    const forged = join(folder, "forged.tar");
    const reader = await openReader(path, config);
    const manifest: Manifest = structuredClone(await readManifest(reader));
    const stays = join(folder, "staying.tar");
    const tenant = { id: staying.tenantId, slug: staying.slug };
    await backUp(source.ownerUrl, await openTarget(stays, config), { tenant });
    const others = await openReader(stays, config);
    const theirs = (await readManifest(others)).tables.find(({ name }) => name === "app_public.contacts")!;
    const writer = await BackupFileWriter.create(forged);
    for (const table of manifest.tables)
      for (const part of table.parts)
        await writer.add(pathOf(table, part), await reader.read(pathOf(table, part), part.storedBytes));
    for (const part of theirs.parts)
      await writer.add(pathOf(theirs, part), await others.read(pathOf(theirs, part), part.storedBytes));
    const contacts = manifest.tables.find(({ name }) => name === "app_public.contacts")!;
    contacts.parts.push(...theirs.parts);
    contacts.rows += theirs.rows;
    const { format: _, ...rest } = manifest;
    await writer.finish(encodeManifest(rest));
    await Promise.all([reader.close(), others.close()]);
    await assert.rejects(importFile(other, forged, "moved"), {
      code: "PYBAK",
      message: /do not belong to the tenant/,
    });
    assert.equal(await countAll(other.pool), 0);

    const { slug } = await importFile(other, path, "moved");
    assert.equal(slug, "moved");
    const { rows } = await other.pool.query("select slug from app_public.tenants where id = $1", [
      moving.tenantId,
    ]);
    assert.deepEqual(rows, [{ slug: "moved" }]);
  } finally {
    await other.drop();
  }
});
