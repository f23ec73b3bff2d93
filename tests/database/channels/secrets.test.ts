import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function secretsOf(db: pg.PoolClient, channelId: string) {
  const { rows } = await db.query(
    "select access_token, app_secret, previous_app_secret, verify_token from app_private.channel_secrets where channel_id = $1",
    [channelId],
  );
  return rows[0];
}

const setSecrets = (db: pg.PoolClient, channelId: string, secrets: object) =>
  db.query("select id from app_hidden.set_channel_secrets($1, $2)", [channelId, secrets]);

story("every channel has a row for secrets and a row for its state", async (db) => {
  const { channelId } = await aWorkspace(db);
  assert.deepEqual(await secretsOf(db, channelId), {
    access_token: null,
    app_secret: null,
    previous_app_secret: null,
    verify_token: null,
  });
  const { rowCount } = await db.query("select from app_private.channel_states where channel_id = $1", [
    channelId,
  ]);
  assert.equal(rowCount, 1);
});

story(
  "an admin replaces the secrets that are given; the app secret before stays valid until the next",
  async (db) => {
    const { tenantId, channelId } = await aWorkspace(db);
    await become(db, await aPerson(db, tenantId, "admin"));
    await setSecrets(db, channelId, { access_token: "token", app_secret: "first", verify_token: "verify" });
    await setSecrets(db, channelId, { app_secret: "second" });
    await setSecrets(db, channelId, { access_token: "new token" });
    await becomeOwner(db);
    assert.deepEqual(await secretsOf(db, channelId), {
      access_token: "new token",
      app_secret: "second",
      previous_app_secret: "first",
      verify_token: "verify",
    });
  },
);

story("secrets cannot be read, neither from the table nor indirectly", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "owner"));
  await setSecrets(db, channelId, { access_token: "s3cret" });
  assert.equal(await refusal(db, () => db.query("select * from app_private.channel_secrets")), "42501");
  assert.equal(
    await refusal(db, () => db.query(`select app_private.set_channel_secrets($1, '{}')`, [channelId])),
    "42501",
  );
  const { rows } = await db.query("select c::text as channel from app_public.channels c");
  assert.equal(rows.length, 1);
  assert.doesNotMatch(rows[0].channel, /s3cret/);
});

story(
  "an agent neither sets secrets nor connects a channel; an admin connects one with its secrets",
  async (db) => {
    const { tenantId, channelId } = await aWorkspace(db);
    const connect = () =>
      db.query("select * from app_hidden.create_channel($1, $2)", [
        {
          id: "0190f0e0-0000-7000-8000-000000000001",
          name: "New",
          phone_number_id: "123",
          business_account_id: "456",
          display_phone_number: "+1 555",
          tenant_id: "0190f0e0-0000-7000-8000-000000000009",
          graph_url: "https://thief.example.com",
        },
        { access_token: "token" },
      ]);
    await become(db, await aPerson(db, tenantId, "agent"));
    assert.equal(await refusal(db, () => setSecrets(db, channelId, {})), "PYDEN");
    assert.equal(await refusal(db, connect), "PYDEN");
    await becomeOwner(db);

    await become(db, await aPerson(db, tenantId, "admin"));
    const { rows } = await connect();
    await becomeOwner(db);
    assert.equal(rows[0].tenant_id, tenantId);
    const numbers = await db.query(
      "select graph_url from app_public.whatsapp_channels where channel_id = $1",
      [rows[0].id],
    );
    assert.deepEqual(numbers.rows, [{ graph_url: null }]);
    assert.equal((await secretsOf(db, rows[0].id)).access_token, "token");
  },
);
