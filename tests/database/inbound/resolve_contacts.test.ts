import assert from "node:assert/strict";
import type pg from "pg";
import { aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

type Customer = {
  phone?: string;
  phone_alias?: string;
  bsuid?: string;
  parent_bsuid?: string;
  external?: string;
  profile_name?: string;
  username?: string;
};

async function resolve(
  db: pg.PoolClient,
  { tenantId, channelId }: Workspace,
  ...customers: Customer[]
): Promise<string[]> {
  const { rows } = await db.query("select app_private.resolve_contacts($1) as ids", [
    JSON.stringify(
      customers.map((customer) => ({ tenant_id: tenantId, channel_id: channelId, ...customer })),
    ),
  ]);
  return rows[0].ids;
}

async function identities(db: pg.PoolClient, contactId: string): Promise<string[]> {
  const { rows } = await db.query(
    "select kind || ' ' || value as identity from app_public.contact_identities where contact_id = $1 order by kind, value",
    [contactId],
  );
  return rows.map(({ identity }) => identity);
}

const contactOf = async (db: pg.PoolClient, id: string) =>
  (await db.query("select * from app_public.contacts where id = $1", [id])).rows[0];

story("a stranger becomes a contact, with every address they came under", async (db) => {
  const workspace = await aWorkspace(db);
  const [id] = await resolve(db, workspace, { phone: "+15551234567", bsuid: "US.1", profile_name: "Ann" });
  const contact = await contactOf(db, id!);
  assert.deepEqual([contact.phone, contact.profile_name, contact.name], ["+15551234567", "Ann", null]);
  assert.deepEqual(await identities(db, id!), ["bsuid US.1", "phone +15551234567"]);
});

story(
  "the same person under any of their addresses is the same contact, in one batch and in the next",
  async (db) => {
    const workspace = await aWorkspace(db);
    const both = { phone: "+15551234567", bsuid: "US.1" };
    const ids = await resolve(db, workspace, both, { phone: "+15551234567" }, { bsuid: "US.1" }, both);
    assert.equal(new Set(ids).size, 1);
    assert.deepEqual(await resolve(db, workspace, { bsuid: "US.1" }), [ids[0]]);
    assert.equal((await db.query("select from app_public.contacts")).rowCount, 1);
  },
);

story("a known phone that comes with a user id learns it; later the user id is enough", async (db) => {
  const workspace = await aWorkspace(db);
  const [id] = await resolve(db, workspace, { phone: "+15551234567" });
  assert.deepEqual(
    await resolve(db, workspace, { phone: "+15551234567", bsuid: "US.1", parent_bsuid: "P.1" }),
    [id],
  );
  assert.deepEqual(await resolve(db, workspace, { bsuid: "US.1" }), [id]);
  assert.deepEqual(await resolve(db, workspace, { parent_bsuid: "P.1" }), [id]);
});

story("a customer without a phone is a contact all the same", async (db) => {
  const workspace = await aWorkspace(db);
  const [id] = await resolve(db, workspace, { bsuid: "US.1", username: "ann" });
  const contact = await contactOf(db, id!);
  assert.deepEqual([contact.phone, contact.username], [null, "ann"]);
});

story("either spelling of a Brazilian mobile is the same contact, kept as it first came", async (db) => {
  const workspace = await aWorkspace(db);
  const [id] = await resolve(db, workspace, { phone: "+551187654321" });
  assert.deepEqual(await resolve(db, workspace, { phone: "+5511987654321" }), [id]);
  assert.equal((await contactOf(db, id!)).phone, "+551187654321");
});

story("a message that names two contacts' addresses shows that they are one", async (db) => {
  const workspace = await aWorkspace(db);
  const [byPhone] = await resolve(db, workspace, { phone: "+15551234567" });
  const [byUserId] = await resolve(db, workspace, { bsuid: "US.1" });
  assert.notEqual(byPhone, byUserId);
  const [id] = await resolve(db, workspace, { phone: "+15551234567", bsuid: "US.1" });
  assert.equal(id, byUserId, "the more trusted address decides");
  assert.equal((await db.query("select from app_public.contacts")).rowCount, 1);
  assert.equal((await contactOf(db, id!)).phone, "+15551234567");
});

story("an alias is stored if it is free, and does not identify a contact", async (db) => {
  const workspace = await aWorkspace(db);
  const [bob] = await resolve(db, workspace, { phone: "+15550000002" });
  const [ann] = await resolve(db, workspace, { phone: "+15550000001", phone_alias: "+15550000002" });
  assert.notEqual(ann, bob);
  const [carl] = await resolve(db, workspace, { phone: "+15550000003", phone_alias: "+15550000004" });
  assert.deepEqual(await identities(db, carl!), ["phone +15550000003", "phone +15550000004"]);
});

story("the name that the customer uses now is kept; the name that staff gave is theirs", async (db) => {
  const workspace = await aWorkspace(db);
  const [id] = await resolve(db, workspace, { phone: "+15551234567", profile_name: "ann" });
  await db.query("update app_public.contacts set name = 'Ann Lee' where id = $1", [id]);
  await resolve(db, workspace, { phone: "+15551234567", profile_name: "Annie" });
  const contact = await contactOf(db, id!);
  assert.deepEqual([contact.name, contact.profile_name], ["Ann Lee", "Annie"]);
});

story("two tenants' customers with one phone are two contacts", async (db) => {
  const [ours] = await resolve(db, await aWorkspace(db), { phone: "+15551234567" });
  const [theirs] = await resolve(db, await aWorkspace(db), { phone: "+15551234567" });
  assert.notEqual(ours, theirs);
});

story("a contact that an agent made is met, not made again", async (db) => {
  const workspace = await aWorkspace(db);
  const { rows } = await db.query(
    "insert into app_public.contacts (tenant_id, phone) values ($1, '+1 555 123 4567') returning id",
    [workspace.tenantId],
  );
  assert.deepEqual(await resolve(db, workspace, { phone: "+15551234567" }), [rows[0].id]);
});
