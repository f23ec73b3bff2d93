import assert from "node:assert/strict";
import emails from "../../cases/email_addresses.json" with { type: "json" };
import phones from "../../cases/phone_numbers.json" with { type: "json" };
import { aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

story("phone numbers are tidied as the table of cases says", async (db) => {
  for (const { written, number } of phones) {
    const { rows } = await db.query("select app_hidden.normalize_phone($1) as is", [written]);
    const { is } = rows[0];
    // Without a country code it is taken for an international number: SQL knows no country to add.
    if (number !== null) assert.equal(is, `+${number.replace("+", "")}`, written);
    else assert.doesNotMatch(is, /^\+[1-9][0-9]{6,}$/, written);
  }
});

story("a contact's number is tidied, or refused", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "agent"));
  const add = (phone: string) =>
    db.query("insert into app_public.contacts (phone) values ($1) returning phone", [phone]);
  for (const { written, number } of phones) {
    if (number === null) assert.equal(await refusal(db, () => add(written)), "PYPHN", written);
    else if (/[^+\d]/.test(written)) {
      await db.query("savepoint before");
      assert.equal((await add(written)).rows[0].phone, `+${number.replace("+", "")}`, written);
      await db.query("rollback to savepoint before");
    }
  }
});

story("digits alone are a provider's spelling, and are not touched", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const { rows } = await db.query(
    "insert into app_public.contacts (tenant_id, phone) values ($1, '+4402079460001') returning phone",
    [tenantId],
  );
  assert.equal(rows[0].phone, "+4402079460001");
});

story("a contact's e-mail address is tidied, or refused", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "agent"));
  const add = (email: string) =>
    db.query("insert into app_public.contacts (email) values ($1) returning email", [email]);
  for (const { written, address } of emails)
    if (address === null) assert.equal(await refusal(db, () => add(written)), "23514", written);
    else assert.equal((await add(written)).rows[0].email, address, written);
});

story("a changed address is tidied like a new one", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "agent"));
  const { rows } = await db.query("insert into app_public.contacts (name) values ('Ann') returning id");
  const changed = await db.query(
    "update app_public.contacts set phone = $2, email = $3 where id = $1 returning phone, email",
    [rows[0].id, "\u202atel:+49 (0) 171 1234567\u202c", "mailto:ann@example.com\u200b"],
  );
  assert.deepEqual(changed.rows[0], { phone: "+491711234567", email: "ann@example.com" });
});
