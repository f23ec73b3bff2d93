import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { openThrowaway, type Throwaway } from "../../../embedded/throwaway.ts";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { authenticatorUrl, openAuthenticatorUrl } from "../../../src/database/urls.ts";

const log = createLog("silent");

/** A server of its own: the role belongs to the whole server, and other tests log in with it. */
let server: Throwaway;
before(async () => {
  server = await openThrowaway({ log, durable: false });
  await query(server.superuserUrl, "create role parley_authenticator login noinherit");
  await query(server.superuserUrl, "create role parley login createrole password 'owner'");
  await query(server.superuserUrl, "grant parley_authenticator to parley with admin option");
});
after(() => server.release());

const KEY = "a secret key for tests, long enough";
const config = readConfig({});
const release = async () => {};

async function query(connectionString: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client.query(text).finally(() => client.end());
}

function ownerOf(user: string, password: string) {
  const url = new URL(server.superuserUrl);
  Object.assign(url, { username: user, password });
  return { url: url.href, isEmbedded: false, release };
}

test("concurrent processes give the role its derived password once", async () => {
  const owner = ownerOf("parley", "owner");
  const urls = await Promise.all(
    Array.from({ length: 5 }, () => openAuthenticatorUrl(owner, KEY, config, log)),
  );
  assert.equal(new Set(urls).size, 1);
  const [url = ""] = urls;
  assert.equal(url, authenticatorUrl(owner.url, KEY));
  assert.ok(!url.includes("long%20enough"));
  const { rows } = await query(url, "select current_user");
  assert.equal(rows[0].current_user, "parley_authenticator");

  const stored = "select rolpassword from pg_authid where rolname = 'parley_authenticator'";
  const before = await query(server.superuserUrl, stored);
  assert.match(before.rows[0].rolpassword, /^SCRAM-SHA-256\$4096:/);
  await openAuthenticatorUrl(owner, KEY, config, log);
  assert.deepEqual(
    (await query(server.superuserUrl, stored)).rows,
    before.rows,
    "it works, so it is left alone",
  );
});

test("another key gives another password", async () => {
  const owner = ownerOf("parley", "owner");
  await openAuthenticatorUrl(owner, KEY, config, log);
  const url = await openAuthenticatorUrl(owner, `${KEY}, another one`, config, log);
  assert.equal((await query(url, "select 1 as one")).rows[0].one, 1);
  await assert.rejects(query(authenticatorUrl(owner.url, KEY), "select 1"), { code: "28P01" });
});

test("the error for an owner who may not set it says what to do", async () => {
  await query(server.superuserUrl, "create role humble login password 'humble'");
  await assert.rejects(
    openAuthenticatorUrl(ownerOf("humble", "humble"), `${KEY}, a third one`, config, log),
    {
      code: "PYUNA",
      message: /may not set the password.*set DATABASE_AUTHENTICATOR_URL/,
    },
  );
});

test("a given address is used unchanged", async () => {
  const given = "postgres://somebody:x@db.example.com/parley";
  const configured = readConfig({ DATABASE_AUTHENTICATOR_URL: given });
  assert.equal(await openAuthenticatorUrl(ownerOf("parley", "owner"), KEY, configured, log), given);
});
