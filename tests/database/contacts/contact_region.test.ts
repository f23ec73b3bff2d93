import assert from "node:assert/strict";
import { aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

story("language and time zone are guessed from the number, until they are set", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await db.query("update app_public.tenants set time_zone = 'Asia/Tokyo' where id = $1", [tenantId]);
  const regionOf = async (contact: { phone?: string; language?: string; time_zone?: string }) => {
    const { rows } = await db.query(
      `with c as (
         insert into app_public.contacts (tenant_id, phone, language, time_zone) values ($1, $2, $3, $4) returning *
       )
       select app_hidden.contact_time_zone(c) as zone, app_hidden.contact_language(c) as language from c`,
      [tenantId, contact.phone, contact.language, contact.time_zone],
    );
    return [rows[0].zone, rows[0].language];
  };
  for (const [phone, ...expected] of [
    ["+905321112233", "Europe/Istanbul", "tr"],
    ["+491711234567", "Europe/Berlin", "de"],
    ["+5511987654321", "America/Sao_Paulo", "pt-BR"],
    ["+5592987654321", "America/Manaus", "pt-BR"],
    ["+12125550100", "America/New_York", "en"],
    ["+13105550100", "America/Los_Angeles", "en"],
    ["+15145550100", "America/Toronto", "fr"],
    ["+17875550100", "America/Puerto_Rico", "es"],
    ["+77012345678", "Asia/Almaty", "kk"],
    ["+79161234567", "Europe/Moscow", "ru"],
    ["+99900000000", "Asia/Tokyo", null],
  ] as [string, string, string | null][])
    assert.deepEqual(await regionOf({ phone }), expected, phone);
  assert.deepEqual(await regionOf({}), ["Asia/Tokyo", null]);
  assert.deepEqual(await regionOf({ phone: "+493012345678", language: "tr", time_zone: "Asia/Dubai" }), [
    "Asia/Dubai",
    "tr",
  ]);
  assert.equal(await refusal(db, () => regionOf({ time_zone: "Europe/Atlantis" })), "PYCON");
});

story("ranges of numbers have the regions that the prefixes give", async (db) => {
  const { rows } = await db.query(
    `select phone
     from app_hidden.phone_regions r, generate_series(0, 99) d,
       lateral (values ('+' || r.prefix || lpad(d::text, 2, '0') || '99999'), ('+' || r.prefix || '000000')) p (phone),
       app_hidden.phone_ranges() g, app_hidden.phone_range(phone, g.starts) at
     where (nullif(g.time_zones[at]::text, ''), nullif(g.languages[at]::text, ''))
       is distinct from (app_hidden.phone_time_zone(phone), app_hidden.phone_language(phone))`,
  );
  assert.deepEqual(rows, []);
});

story("every zone of the numbers is one of the database, and readable to members", async (db) => {
  const { rows } = await db.query(
    `select r.prefix, r.time_zone from app_hidden.phone_regions r
     where r.time_zone is not null and r.time_zone not in (select name from pg_timezone_names)`,
  );
  assert.deepEqual(rows, []);
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "viewer"));
  assert.ok((await db.query("select from app_hidden.phone_regions")).rowCount! > 600);
});
