import assert from "node:assert/strict";
import type pg from "pg";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function aContactWithFields(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const { contactId } = await aConversation(db, workspace);
  await db.query(
    `insert into app_public.contact_fields (tenant_id, key, type, choices) values
       ($1, 'note', 'text', null), ($1, 'size', 'number', null), ($1, 'vip', 'boolean', null),
       ($1, 'birthday', 'date', null), ($1, 'plan', 'choice', '{Gold,Silver}')`,
    [workspace.tenantId],
  );
  return { workspace, contactId };
}

async function stored(db: pg.PoolClient, contactId: string, metadata: unknown): Promise<unknown> {
  const { rows } = await db.query(
    "update app_public.contacts set metadata = $2 where id = $1 returning metadata",
    [contactId, metadata],
  );
  return rows[0].metadata;
}

story("values are stored in the form of their field's type", async (db) => {
  const { contactId } = await aContactWithFields(db);
  for (const [written, expected] of [
    [{ note: 42 }, { note: "42" }],
    [{ note: " x " }, { note: " x " }],
    [{ size: "42.50" }, { size: 42.5 }],
    [{ size: " -1 " }, { size: -1 }],
    [{ size: "" }, { size: null }],
    [{ vip: "Yes" }, { vip: true }],
    [{ vip: 0 }, { vip: false }],
    [{ birthday: "2024-02-29" }, { birthday: "2024-02-29" }],
    [{ birthday: "2024-02-29T10:00:00Z" }, { birthday: "2024-02-29" }],
    [{ plan: " gold" }, { plan: "Gold" }],
    [{ plan: null }, { plan: null }],
    [{ other: { a: [1] } }, { other: { a: [1] } }],
  ])
    assert.deepEqual(await stored(db, contactId, written), expected);
});

story("a value that does not fit the type is refused, with the name of the field: PYCON", async (db) => {
  const { workspace, contactId } = await aContactWithFields(db);
  for (const written of [
    { note: ["a"] },
    { note: "x".repeat(1001) },
    { size: "1.500,00" },
    { size: "1e9" },
    { size: "9".repeat(40) },
    { size: true },
    { vip: "perhaps" },
    { birthday: "2023-02-29" },
    { birthday: "28.11.2026" },
    { plan: "Bronze" },
    { plan: { a: 1 } },
  ])
    await assert
      .rejects(
        db.query("savepoint s").then(() => stored(db, contactId, written)),
        (error: pg.DatabaseError) =>
          error.code === "PYCON" &&
          error.message.startsWith(`The contact field \`${Object.keys(written)[0]}\``),
      )
      .finally(() => db.query("rollback to savepoint s"));
  const insert = () =>
    db.query("insert into app_public.contacts (tenant_id, metadata) values ($1, $2)", [
      workspace.tenantId,
      { size: "large" },
    ]);
  assert.equal(await refusal(db, insert), "PYCON");
});

story("a value from before its field was defined is only checked when it changes", async (db) => {
  const { workspace, contactId } = await aContactWithFields(db);
  await stored(db, contactId, { seats: "many", note: "a" });
  await db.query(
    "insert into app_public.contact_fields (tenant_id, key, type) values ($1, 'seats', 'number')",
    [workspace.tenantId],
  );
  assert.deepEqual(await stored(db, contactId, { seats: "many", note: "b" }), { seats: "many", note: "b" });
  assert.equal(await refusal(db, () => stored(db, contactId, { seats: "few" })), "PYCON");
});

story("a chatbot's turn does not fail because of a value: it is left out", async (db) => {
  const { contactId } = await aContactWithFields(db);
  await stored(db, contactId, { size: 1, vip: true });
  await db.query("select app_private.change_contacts($1)", [
    JSON.stringify([
      { contact_id: contactId, change: { fields: { size: "big", vip: "no", colour: "red" } } },
    ]),
  ]);
  const { rows } = await db.query("select metadata from app_public.contacts where id = $1", [contactId]);
  assert.deepEqual(rows[0].metadata, { size: 1, vip: false, colour: "red" });
});

story("a field is a short name that is no column's, and only a choice has choices: PYCON", async (db) => {
  const { workspace } = await aContactWithFields(db);
  const define = (key: string, type = "text", choices: string[] | null = null) =>
    db.query(
      "insert into app_public.contact_fields (tenant_id, key, type, choices) values ($1, $2, $3, $4)",
      [workspace.tenantId, key, type, choices],
    );
  await define("müşteri_no");
  for (const key of ["", "a b", "a.b", "{{a}}", "Name", "metadata", "k".repeat(64)])
    assert.equal(await refusal(db, () => define(key)), "23514", key);
  assert.equal(await refusal(db, () => define("SIZE")), "23505");
  for (const [type, choices] of [
    ["choice", null],
    ["choice", []],
    ["choice", [""]],
    ["text", ["a"]],
  ] as const)
    assert.equal(await refusal(db, () => define("new", type, choices && [...choices])), "23514");
});

story("agents set fields of a contact without touching the others; null removes one", async (db) => {
  const { workspace, contactId } = await aContactWithFields(db);
  await stored(db, contactId, { size: 1, note: "a" });
  const stranger = await aContactWithFields(db);
  const set = (id: string, fields: unknown) =>
    db.query("select metadata from app_public.set_contact_fields($1, $2)", [id, JSON.stringify(fields)]);
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  assert.deepEqual((await set(contactId, { size: null, vip: "yes" })).rows[0].metadata, {
    note: "a",
    vip: true,
  });
  assert.equal(await refusal(db, () => set(contactId, { plan: "x" })), "PYCON");
  assert.equal(await refusal(db, () => set(contactId, [1])), "PYREQ");
  assert.equal(await refusal(db, () => set(stranger.contactId, {})), "PYNFD");
});

story("a sensitive field is set by agents, and read by admins only", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const [agent, admin] = [await aPerson(db, tenantId, "agent"), await aPerson(db, tenantId, "admin")];
  const { rows } = await db.query(
    `insert into app_public.contacts (tenant_id, metadata) values ($1, '{"iban": "DE1", "plan": "free"}') returning id`,
    [tenantId],
  );
  const id = rows[0].id;
  await become(db, admin);
  await db.query(
    "insert into app_public.contact_fields (key, type, is_sensitive) values ('iban', 'text', true)",
  );
  const seen = async () =>
    (
      await db.query(
        `select c.metadata, array(select v.value #>> '{}' from app_public.contact_sensitive_values v where v.contact_id = c.id) as secret
         from app_public.contacts c where c.id = $1`,
        [id],
      )
    ).rows[0];
  assert.deepEqual(await seen(), { metadata: { plan: "free" }, secret: ["DE1"] });
  await becomeOwner(db);
  await become(db, agent);
  await db.query('select app_public.set_contact_fields($1, \'{"iban": "DE2"}\')', [id]);
  assert.deepEqual(await seen(), { metadata: { plan: "free" }, secret: [] });
  assert.equal(
    await refusal(db, () => db.query("select app_public.set_contact_fields($1, '{\"iban\": [1]}')", [id])),
    "PYCON",
  );
  await db.query(`insert into app_public.contacts (name, metadata) values ('New', '{"iban": "DE3"}')`);
  await db.query("set constraints all immediate");
  await becomeOwner(db);
  await become(db, admin);
  assert.deepEqual((await seen()).secret, ["DE2"]);
  assert.equal((await db.query("select from app_public.contact_sensitive_values")).rowCount, 2);
  await db.query("select app_public.set_contact_fields($1, '{\"iban\": null}')", [id]);
  assert.deepEqual((await seen()).secret, []);
});
