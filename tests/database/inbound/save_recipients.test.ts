import assert from "node:assert/strict";
import type pg from "pg";
import { addressee, Line, second } from "../../support/identities.ts";
import { aWamid, send } from "../../support/messages.ts";
import { claim, record } from "../../support/outbox.ts";
import { aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

/** What statuses, and the answers to our own sends, teach about those whom we wrote to. */

const story = stories();

const NUMBER = "16505550021";
const USER_ID = "US.2001";
const PARENT = "US.ENT.2001";

/** A contact whom staff made, and a message to it that Meta has taken. */
async function written(db: pg.PoolClient, answer: object = {}) {
  const line = new Line(db, await aWorkspace(db));
  const { rows } = await db.query(
    `with contact as (insert into app_public.contacts (tenant_id, phone) values ($1, $2) returning id)
     insert into app_public.conversations (tenant_id, channel_id, contact_id, window_expires_at)
     select $1, $3, id, now() + interval '1 hour' from contact returning id, contact_id`,
    [line.workspace.tenantId, `+${NUMBER}`, line.workspace.channelId],
  );
  const { id: conversationId, contact_id: contactId } = rows[0];
  const messageId = await send(db, conversationId);
  const wamid = aWamid();
  await claim(db);
  await record(db, { message_id: messageId, kind: "sent", provider_message_id: wamid, ...answer });
  return { line, conversationId, contactId, wamid };
}

const status = (id: string, at: number, more: object = {}) => ({
  contacts: [
    {
      profile: { name: "Ann", username: "ann.user" },
      wa_id: NUMBER,
      user_id: USER_ID,
      parent_user_id: PARENT,
    },
  ],
  statuses: [
    {
      id,
      status: "delivered",
      timestamp: second(at),
      recipient_id: NUMBER,
      recipient_user_id: USER_ID,
      recipient_parent_user_id: PARENT,
      ...more,
    },
  ],
});

const contactNow = async (db: pg.PoolClient, id: string) =>
  (await db.query("select profile_name, username, phone from app_public.contacts where id = $1", [id]))
    .rows[0];

story(
  "a status adds both user ids and the user name; an answer without a number finds its conversation",
  async (db) => {
    const { line, conversationId, contactId, wamid } = await written(db);
    await line.tell(status(wamid, 1));
    assert.deepEqual(await contactNow(db, contactId), {
      profile_name: "Ann",
      username: "ann.user",
      phone: `+${NUMBER}`,
    });
    assert.equal(
      await addressee(db, conversationId),
      `+${NUMBER}`,
      "nobody has written from the user id yet",
    );
    await line.say(60, { from_user_id: USER_ID, from_parent_user_id: PARENT }, "yes please");
    assert.deepEqual(
      (await line.contacts()).map(({ said }) => said),
      [["yes please"]],
    );
    assert.equal(await addressee(db, conversationId), USER_ID);
  },
);

story("contacts[] in another order, and several recipients in one value", async (db) => {
  const { line, contactId, wamid } = await written(db);
  const { contacts, statuses } = status(wamid, 1);
  await line.tell({
    contacts: [
      { profile: { name: "Bob", username: "bob" }, wa_id: "16505550022", user_id: "US.2002" },
      ...contacts,
    ],
    statuses: [
      ...statuses,
      { ...statuses[0], id: "wamid.unknown", recipient_id: "16505550022", recipient_user_id: "US.2002" },
    ],
  });
  assert.equal((await contactNow(db, contactId)).username, "ann.user");
  assert.deepEqual(
    (await line.contacts()).map(({ addresses }) => addresses),
    [[`+${NUMBER}`, USER_ID, PARENT]],
    "no contact is made of somebody whom we did not write to",
  );
});

story("a status of another contact's message adds no address", async (db) => {
  const { line, wamid } = await written(db);
  await line.tell(status(`${wamid}x`, 1));
  assert.deepEqual((await line.contacts())[0]!.addresses, [`+${NUMBER}`]);
});

story("a status joins the customer who wrote before with the number hidden", async (db) => {
  const { line, wamid } = await written(db);
  await line.say(0, { from_user_id: USER_ID }, "hello");
  await line.tell(status(wamid, 1));
  const [contact, ...others] = await line.contacts();
  assert.deepEqual(others, []);
  assert.deepEqual(contact!.said, ["hello"]);
});

story("a status whose number now belongs to another contact adds no address", async (db) => {
  const { line, contactId, wamid } = await written(db);
  await line.say(0, { from: NUMBER, from_user_id: "US.1" }, "I am Ann");
  await line.tell(status(wamid, 1));
  assert.deepEqual(
    (await line.contacts()).map(({ addresses }) => addresses.filter((address) => address === USER_ID)),
    [[]],
  );
  assert.equal((await contactNow(db, contactId)).phone, `+${NUMBER}`);
});

story("a name that is older than the last message is not learned", async (db) => {
  const { line, contactId, wamid } = await written(db);
  await line.say(50, { from: NUMBER, from_user_id: USER_ID, name: "Ann Lee" }, "hello");
  await line.tell(status(wamid, 40));
  assert.equal((await contactNow(db, contactId)).profile_name, "Ann Lee");
  await line.tell(status(wamid, 60));
  assert.equal((await contactNow(db, contactId)).profile_name, "Ann");
});

story("the response to a send adds addresses", async (db) => {
  const { line, wamid } = await written(db);
  const { rows: own } = await db.query(
    "select message_id, tenant_id from app_public.message_statuses where provider_message_id = $1",
    [wamid],
  );
  await db.query("select app_private.record_outcomes($1)", [
    JSON.stringify([
      {
        ...own[0],
        kind: "sent",
        provider_message_id: wamid,
        recipient: {
          tenant_id: own[0].tenant_id,
          phone: `+${NUMBER}`,
          bsuid: USER_ID,
          heard_at: new Date().toISOString(),
        },
      },
    ]),
  ]);
  await line.say(60, { from_user_id: USER_ID }, "yes");
  const [contact, ...others] = await line.contacts();
  assert.deepEqual(others, []);
  assert.deepEqual(contact!.said, ["yes"]);
});

story("a customer who answers our message is the contact it was sent to", async (db) => {
  const { line, wamid } = await written(db);
  await line.say(60, { from_user_id: "US.3" }, "yes", { context: { from: "15550001111", id: wamid } });
  const [contact, ...others] = await line.contacts();
  assert.deepEqual(others, []);
  assert.deepEqual(contact!.addresses, ["US.3", `+${NUMBER}`]);
});

story("an answer from another number is from another customer", async (db) => {
  const { line, wamid } = await written(db);
  await line.say(60, { from: "16505550099" }, "yes", { context: { from: "15550001111", id: wamid } });
  assert.equal((await line.contacts()).length, 2);
});
