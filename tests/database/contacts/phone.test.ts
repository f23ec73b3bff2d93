import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function add(
  db: pg.PoolClient,
  tenantId: string,
  phone: string,
): Promise<{ id: string; phone: string }> {
  const { rows } = await db.query(
    "insert into app_public.contacts (tenant_id, phone) values ($1, $2) returning id, phone",
    [tenantId, phone],
  );
  return rows[0];
}

async function identitiesOf(db: pg.PoolClient, contactId: string): Promise<string[]> {
  const { rows } = await db.query(
    "select kind || ' ' || value as identity from app_public.contact_identities where contact_id = $1 order by kind",
    [contactId],
  );
  return rows.map(({ identity }) => identity);
}

const TIDIED = [
  ["+4915112345678", "+4915112345678"],
  ["4915112345678", "+4915112345678"],
  ["004915112345678", "+4915112345678"],
  [" +49 (151) 123-456.78 ", "+4915112345678"],
  ["+49\u00a0151\u2011123/45678", "+4915112345678"],
  ["+1 555 0100", "+15550100"],
] as const;

story("an international number may be written in the usual ways", async (db) => {
  for (const [written, kept] of TIDIED) {
    const { tenantId } = await aWorkspace(db);
    const contact = await add(db, tenantId, written);
    assert.equal(contact.phone, kept, written);
    assert.deepEqual(await identitiesOf(db, contact.id), [`phone ${kept}`]);
  }
});

story("a number that is not international is refused: PYPHN", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const wrong = [
    "",
    " ",
    "+",
    "0151 1234567",
    "+0151123456",
    "+49",
    "+49151x2345",
    "ann@example.com",
    "++4915112345",
  ];
  for (const phone of [...wrong, `+${"1".repeat(21)}`, "+49151\n12345678;drop"])
    assert.equal(await refusal(db, () => add(db, tenantId, phone)), "PYPHN", JSON.stringify(phone));
});

story("the API's people are held to the same, and never say whose the contact is", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "agent"));
  const insert = (phone: string) =>
    db.query("insert into app_public.contacts (phone) values ($1) returning *", [phone]);
  assert.equal(await refusal(db, () => insert("0151 1234567")), "PYPHN");
  const { rows } = await insert("0049 151 1234567");
  assert.equal(rows[0].tenant_id, tenantId);
  assert.equal(rows[0].phone, "+491511234567");
});

const SAME_LINE = {
  "a Brazilian mobile with and without the ninth digit": ["+5511987654321", "+551187654321"],
  "a Mexican mobile with and without the 1": ["+5215512345678", "+525512345678"],
  "an Argentinian mobile with and without the 9": ["+5491123456789", "+541123456789"],
} as const;
for (const [what, [one, other]] of Object.entries(SAME_LINE))
  story(`${what} is one line, kept as it was written`, async (db) => {
    const { tenantId } = await aWorkspace(db);
    assert.equal((await add(db, tenantId, one)).phone, one);
    assert.equal(await refusal(db, () => add(db, tenantId, other)), "23505");
    const elsewhere = await aWorkspace(db);
    assert.equal((await add(db, elsewhere.tenantId, other)).phone, other);
    assert.equal(await refusal(db, () => add(db, elsewhere.tenantId, one)), "23505");
  });

story("a Brazilian landline, and numbers of other countries, have no second spelling", async (db) => {
  const { tenantId } = await aWorkspace(db);
  for (const phone of ["+551132654321", "+5511932654321", "+491511234567", "+4991511234567"])
    await add(db, tenantId, phone);
});

story("two tenants may know the same number; one tenant knows it once", async (db) => {
  const ours = await aWorkspace(db);
  const theirs = await aWorkspace(db);
  await add(db, ours.tenantId, "+4915112345678");
  await add(db, theirs.tenantId, "+4915112345678");
  assert.equal(await refusal(db, () => add(db, ours.tenantId, "0049 151 12345678")), "23505");
});

story(
  "a number that another contact is known by, though it is not its phone, is taken: PYDUP",
  async (db) => {
    const { tenantId } = await aWorkspace(db);
    const ann = await add(db, tenantId, "+4915111111111");
    await db.query(
      "insert into app_public.contact_identities (tenant_id, kind, value, contact_id) values ($1, 'phone', '+4915122222222', $2)",
      [tenantId, ann.id],
    );
    assert.equal(await refusal(db, () => add(db, tenantId, "+4915122222222")), "PYDUP");
    const bob = await add(db, tenantId, "+4915133333333");
    const change = () =>
      db.query("update app_public.contacts set phone = '+4915122222222' where id = $1", [bob.id]);
    assert.equal(await refusal(db, change), "PYDUP");
    // It is Ann's to take.
    await db.query("update app_public.contacts set phone = '+4915122222222' where id = $1", [ann.id]);
    assert.deepEqual(await identitiesOf(db, ann.id), ["phone +4915122222222"]);
  },
);

story("a contact's phone is one of its identities, and follows it", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const { id } = await add(db, tenantId, "+4915112345678");
  await become(db, await aPerson(db, tenantId, "agent"));
  await db.query("update app_public.contacts set phone = '+49 151 8765 4321' where id = $1", [id]);
  await becomeOwner(db);
  assert.deepEqual(await identitiesOf(db, id), ["phone +4915187654321"]);
  await add(db, tenantId, "+4915112345678");
  await db.query("update app_public.contacts set phone = null where id = $1", [id]);
  assert.deepEqual(await identitiesOf(db, id), []);
});

story("a phone may change to another spelling of itself", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const { id } = await add(db, tenantId, "+5511987654321");
  await db.query("update app_public.contacts set phone = '+551187654321' where id = $1", [id]);
  assert.deepEqual(await identitiesOf(db, id), ["phone +551187654321"]);
});
