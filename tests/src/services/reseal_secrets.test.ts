import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openChannelSecrets, sealChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { dataSourceToken, sealDataSourceToken } from "../../../src/secrets/data_source_token.ts";
import { keyIdOf, seal } from "../../../src/secrets/envelope.ts";
import { openGoogleToken, sealGoogleToken } from "../../../src/secrets/google_account.ts";
import { keyRing } from "../../../src/secrets/key_ring.ts";
import { SEALED_TABLES } from "../../../src/secrets/sealed_tables.ts";
import { openTotpSecret, sealTotpSecret } from "../../../src/secrets/totp_secret.ts";
import { resealSecrets } from "../../../src/services/reseal_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { until } from "../../support/until.ts";
import { runParley } from "../cli/commands/parley.ts";

const OLD_KEY = "the key before it is changed, 32 characters";
const NEW_KEY = "the key after it was changed, 32 characters";
const old = keyRing([OLD_KEY]);
const both = keyRing([NEW_KEY, OLD_KEY]);
const current = keyRing([NEW_KEY]);

let database: TestDatabase;
let tenantId: string;
before(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query(
    "insert into app_public.tenants (slug, name) values ('bakery', 'Bakery') returning id",
  );
  tenantId = rows[0].id;
});
after(() => database.drop());

/** A channel whose secrets were rotated once, all sealed with the old key. */
async function aChannel(): Promise<string> {
  const { rows } = await database.pool.query(
    `with channel as (
       insert into app_public.channels (tenant_id, name) values ($1, 'A number') returning tenant_id, id
     )
     insert into app_public.whatsapp_channels (tenant_id, channel_id, phone_number_id, business_account_id)
     select tenant_id, id, '105500000000001', '1' from channel
     returning channel_id as id`,
    [tenantId],
  );
  const { id } = rows[0];
  for (const appSecret of ["former", "latest"])
    await database.pool.query("select app_private.set_channel_secrets($1, $2)", [
      id,
      JSON.stringify(sealChannelSecrets(id, { accessToken: "token", appSecret, verifyToken: "v" }, old)),
    ]);
  return id;
}

/** Data sources with a token each, sealed with the old key. */
async function dataSources(count: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into app_public.data_sources (tenant_id, name, base_url)
     select $1, gen_random_uuid()::text, 'https://example.com' from generate_series(1, $2::int)
     returning id`,
    [tenantId, count],
  );
  const ids = rows.map(({ id }) => id).sort();
  await database.pool.query(
    `insert into app_private.data_source_secrets (data_source_id, auth_token)
     select * from unnest($1::uuid[], $2::text[])`,
    [ids, ids.map((id) => sealDataSourceToken(id, `token of ${id}`, old))],
  );
  return ids;
}

async function secretsRow(channelId: string) {
  const { rows } = await database.pool.query(
    "select * from app_private.channel_secrets where channel_id = $1",
    [channelId],
  );
  return rows[0];
}

async function stale(): Promise<number> {
  const { rows } = await database.pool.query<{ auth_token: string }>(
    "select auth_token from app_private.data_source_secrets",
  );
  return rows.filter(({ auth_token }) => keyIdOf(auth_token) === old.current).length;
}

test("the list of sealed columns is complete: the database has no others", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select table_schema || '.' || table_name || '.' || column_name as name
     from information_schema.columns
     where table_schema = 'app_private' and data_type = 'text'
     -- Passwords are hashed, not sealed.
     and table_name like '%\\_secrets' and table_name <> 'user_secrets'`,
  );
  const listed = SEALED_TABLES.flatMap(({ name, columns }) =>
    columns
      .flatMap((column) => [column.name, column.fingerprint ?? []].flat())
      .map((each) => `${name}.${each}`),
  );
  assert.deepEqual(rows.map(({ name }) => name).sort(), listed.sort());
});

test("every secret is sealed with the current key, in the same place, and opens without the old one", async () => {
  const channelId = await aChannel();
  const [sourceId] = await dataSources(1);
  const { rows: people } = await database.pool.query(
    "insert into app_public.users (name, email) values ('Ann', 'ann@example.com') returning id",
  );
  const owner = { tenant_id: tenantId, user_id: people[0].id as string };
  await database.pool.query(
    "insert into app_public.memberships (tenant_id, user_id, role) values ($1, $2, 'owner')",
    [tenantId, owner.user_id],
  );
  await database.pool.query(
    "insert into app_public.google_accounts (tenant_id, user_id, has_refresh_token) values ($1, $2, true)",
    [tenantId, owner.user_id],
  );
  await database.pool.query(
    `insert into app_private.google_account_secrets (tenant_id, user_id, access_token, refresh_token)
     values ($1, $2, $3, $4)`,
    [
      tenantId,
      owner.user_id,
      sealGoogleToken(owner, "access_token", "google", old),
      sealGoogleToken(owner, "refresh_token", "refresh", old),
    ],
  );
  await database.pool.query("insert into app_private.totp_secrets (user_id, secret) values ($1, $2)", [
    owner.user_id,
    sealTotpSecret(owner.user_id, "app", old),
  ]);

  assert.deepEqual(await resealSecrets(database.pool, both), { resealed: 8, unopened: [] });

  const row = await secretsRow(channelId);
  const opened = openChannelSecrets(channelId, row, current);
  assert.deepEqual([opened.accessToken, opened.verifyToken], ["token", "v"]);
  assert.deepEqual(opened.appSecrets, ["latest", "former"]);
  assert.deepEqual(opened.apps, [row.app_secret_fingerprint, row.previous_app_secret_fingerprint]);
  const { rows: sources } = await database.pool.query(
    "select data_source_id as id, auth_token from app_private.data_source_secrets where data_source_id = $1",
    [sourceId],
  );
  assert.equal(dataSourceToken(sources[0], current), `token of ${sourceId}`);
  const { rows: google } = await database.pool.query(
    "select access_token, refresh_token from app_private.google_account_secrets",
  );
  assert.equal(openGoogleToken(owner, "access_token", google[0].access_token, current), "google");
  assert.equal(openGoogleToken(owner, "refresh_token", google[0].refresh_token, current), "refresh");
  const { rows: totp } = await database.pool.query("select secret from app_private.totp_secrets");
  assert.equal(openTotpSecret(owner.user_id, totp[0].secret, current), "app");

  assert.deepEqual(
    await resealSecrets(database.pool, both),
    { resealed: 0, unopened: [] },
    "the second time",
  );
});

test("a secret that no key opens stays as it is and is reported by its place; the rest is sealed", async () => {
  const [lost, found] = await dataSources(2);
  const other = seal("x", `app_private.data_source_secrets/${lost}/auth_token`, keyRing([randomUUID()]));
  await database.pool.query(
    "update app_private.data_source_secrets set auth_token = $2 where data_source_id = $1",
    [lost, other],
  );
  const place = `app_private.data_source_secrets/${lost}/auth_token`;
  assert.deepEqual(await resealSecrets(database.pool, both), { resealed: 1, unopened: [place] });
  const ran = await runParley(["secrets", "reseal"], { env: environment() });
  const advice =
    "Check PARLEY_SECRET_KEY and PARLEY_PREVIOUS_SECRET_KEY, then run this again. Set a secret again if its key is lost";
  assert.deepEqual(ran, {
    code: 1,
    stdout: `Encrypted 0 secrets with the current key\nNo key opens ${place}\n${advice}\n`,
    stderr: "",
  });
  await database.pool.query("delete from app_private.data_source_secrets where data_source_id = any ($1)", [
    [lost, found],
  ]);
});

test("killed in the middle, it goes on where it was; a secret is never printed", {
  timeout: 60_000,
}, async () => {
  const ids = await dataSources(250);
  const blocker = await database.pool.connect();
  // The second page waits for this row.
  await blocker.query("begin");
  await blocker.query("select from app_private.data_source_secrets where data_source_id = $1 for update", [
    ids[240],
  ]);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../../../src/parley.js"), "secrets", "reseal"],
    {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, ...environment() },
      stdio: "ignore",
    },
  );
  try {
    await until("a part to be sealed", async () => (await stale()) < 250);
    child.kill("SIGKILL");
    await once(child, "exit");
  } finally {
    await blocker.query("rollback");
    blocker.release();
  }
  const left = await stale();
  assert.ok(left > 0 && left < 250, `${left} are left`);
  const ran = await runParley(["secrets", "reseal", "--json"], { env: environment() });
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  assert.deepEqual(JSON.parse(ran.stdout), { resealed: left, unopened: [] });
  assert.doesNotMatch(ran.stdout, /token of/);
  assert.equal(await stale(), 0);
});

function environment(): Record<string, string> {
  return {
    DATABASE_URL: database.ownerUrl,
    PARLEY_SECRET_KEY: NEW_KEY,
    PARLEY_PREVIOUS_SECRET_KEY: OLD_KEY,
  };
}
