import assert from "node:assert/strict";
import type pg from "pg";
import { Line, second } from "../../support/identities.ts";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

/** A customer who was erased is not brought back by what happened before. */

const story = stories();

const NUMBER = "16505550031";

/** These stories lie three days behind, erasures do not. */
const AFTER_ERASURE = 4 * 86_400;

async function erase(db: pg.PoolClient, line: Line): Promise<void> {
  await become(db, await aPerson(db, line.workspace.tenantId, "admin"));
  const { rowCount } = await db.query("select app_public.erase_contact(id) from app_public.contacts");
  assert.equal(rowCount, 1);
  await becomeOwner(db);
}

const aLine = async (db: pg.PoolClient) => new Line(db, await aWorkspace(db));

story("a replay restores neither the contact nor messages, whatever the body contains", async (db) => {
  const line = await aLine(db);
  const bodies = [
    await line.say(1, { from: NUMBER, from_user_id: "US.31", name: "Erna" }, "forget me"),
    await line.say(2, { from_user_id: "US.31" }, "and this"),
    await line.tell(
      {
        user_preferences: [
          { wa_id: NUMBER, category: "marketing_messages", value: "stop", timestamp: second(3) },
        ],
      },
      "user_preferences",
    ),
    await line.tell(
      { state_sync: [{ action: "add", contact: { full_name: "Erna", phone_number: NUMBER } }] },
      "smb_app_state_sync",
    ),
    await line.tell(
      { calls: [{ id: "wacid.1", from: NUMBER, event: "connect", timestamp: second(4) }] },
      "calls",
    ),
  ];
  await erase(db, line);
  for (const body of bodies) await line.again(body, "replayed");
  assert.deepEqual(await line.contacts(), []);
});

story("nor does the provider, that delivers a message again", async (db) => {
  const line = await aLine(db);
  const said = await line.say(1, { from: NUMBER }, "forget me");
  await erase(db, line);
  await line.again(said, "redelivered");
  assert.deepEqual(await line.contacts(), []);
});

const FACTS: [field: string, value: (at: number) => object][] = [
  [
    "user_preferences",
    (at) => ({
      user_preferences: [
        { wa_id: NUMBER, category: "marketing_messages", value: "stop", timestamp: second(at) },
      ],
    }),
  ],
  [
    "smb_app_state_sync",
    (at) => ({
      state_sync: [
        {
          action: "add",
          contact: { full_name: "Erna", phone_number: NUMBER },
          metadata: { timestamp: second(at) },
        },
      ],
    }),
  ],
  ["calls", (at) => ({ calls: [{ id: "wacid.2", from: NUMBER, event: "connect", timestamp: second(at) }] })],
];

for (const [field, value] of FACTS)
  story(`nor ${field} again, but a new one does`, async (db) => {
    const line = await aLine(db);
    const told = await line.tell(value(1), field);
    await erase(db, line);
    const { skipped } = await line.again(told, "redelivered");
    assert.deepEqual(await line.contacts(), []);
    if (field !== "smb_app_state_sync")
      assert.equal(skipped[0]?.reason, "it names no known contact, message or account");
    await line.tell(value(AFTER_ERASURE), field);
    assert.equal((await line.contacts()).length, 1);
  });

story("an erased customer who writes again is a new contact without the old messages", async (db) => {
  const line = await aLine(db);
  const before = await line.say(1, { from: NUMBER }, "forget me");
  const { rows: old } = await db.query("select id from app_public.contacts");
  await erase(db, line);
  await line.say(5, { from: NUMBER }, "said before the erasure, and delivered late");
  await line.say(AFTER_ERASURE, { from: NUMBER }, "hello again");
  await line.say(6, { from: NUMBER }, "later still");
  await line.again(before, "replayed");
  await line.again(before, "redelivered");
  assert.deepEqual(
    (await line.contacts()).map(({ phone, said }) => ({ phone, said })),
    [{ phone: `+${NUMBER}`, said: ["hello again"] }],
  );
  const { rows: now } = await db.query("select id from app_public.contacts");
  assert.notEqual(now[0].id, old[0].id);
});

story("of what one body says, only what is newer than the erasure is stored", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: NUMBER }, "forget me");
  await erase(db, line);
  const message = (at: number, body: string) => ({
    from: NUMBER,
    id: `wamid.${at}`,
    timestamp: second(at),
    type: "text",
    text: { body },
  });
  await line.tell({
    contacts: [{ wa_id: NUMBER, profile: { name: "Erna" } }],
    messages: [message(2, "old"), message(AFTER_ERASURE, "new")],
  });
  assert.deepEqual(
    (await line.contacts()).map(({ said }) => said),
    [["new"]],
  );
  const { rows } = await db.query(
    `select p.addresses, e.completed_at from app_private.pending_erasures p join app_public.erasures e on e.id = p.erasure_id`,
  );
  // Once for the erasure, and once for the late message, whose body names the person again.
  assert.deepEqual(rows, Array(2).fill({ addresses: [NUMBER], completed_at: null }));
});

story("the certificate counts what was deleted, names who did it, and is for admins", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: NUMBER, name: "Erna" }, "one");
  await line.say(2, { from: NUMBER, name: "Erna" }, "two");
  const admin = await aPerson(db, line.workspace.tenantId, "admin");
  await become(db, admin);
  const certificate = await db.query(
    "select e.requested_by_id, e.conversation_count, e.message_count, e.file_count from app_public.contacts c cross join lateral app_public.erase_contact(c.id) e",
  );
  assert.deepEqual(certificate.rows, [
    { requested_by_id: admin.userId, conversation_count: 1, message_count: 2, file_count: 0 },
  ]);
  assert.equal((await db.query("select from app_public.erasures")).rowCount, 1);
  await becomeOwner(db);
  await become(db, await aPerson(db, line.workspace.tenantId, "agent"));
  assert.equal((await db.query("select from app_public.erasures")).rowCount, 0);
});

story("others in the same body are replayed", async (db) => {
  const line = await aLine(db);
  const message = (from: string) => ({
    from,
    id: `wamid.${from}`,
    timestamp: second(1),
    type: "text",
    text: { body: from },
  });
  const body = await line.tell({ messages: [message(NUMBER), message("16505550032")] });
  await db.query("delete from app_public.contacts where phone = $1", [`+${NUMBER}`]);
  await db.query("delete from app_public.messages where preview = '16505550032'");
  await line.again(body, "replayed");
  assert.deepEqual(
    (await line.contacts()).map(({ said }) => said),
    [["16505550032"]],
  );
});

story("the data kept does not reveal the number, and a merge does not count as an erasure", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: NUMBER }, "one");
  await line.say(2, { from_user_id: "US.31" }, "two");
  await line.say(3, { from: NUMBER, from_user_id: "US.31" }, "three");
  assert.equal((await db.query("select from app_private.erased_addresses")).rowCount, 0);
  await erase(db, line);
  const { rows } = await db.query("select address_hash::text as hash from app_private.erased_addresses");
  assert.equal(rows.length, 2);
  for (const { hash } of rows) assert.match(hash, /^\\x[0-9a-f]{64}$/);
  await db.query("select app_private.delete_old_rows()");
  assert.equal((await db.query("select from app_private.erased_addresses")).rowCount, 2);
});

story("a tenant is removed with its erased addresses", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: NUMBER }, "one");
  await erase(db, line);
  await line.say(AFTER_ERASURE, { from: NUMBER }, "two");
  await db.query("delete from app_public.tenants where id = $1", [line.workspace.tenantId]);
  assert.equal((await db.query("select from app_private.erased_addresses")).rowCount, 0);
});
