import assert from "node:assert/strict";
import type pg from "pg";
import { addressee, Line, second } from "../../support/identities.ts";
import { aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

/** Which of a customer's addresses is used, and whose an address is, as customers change their numbers and user ids. */

const story = stories();

const aLine = async (db: pg.PoolClient) => new Line(db, await aWorkspace(db));

const USER_ID = "BR.9001";
const NEXT_USER_ID = "BR.1002";

/** The only conversation of a tenant. */
async function conversationOf(db: pg.PoolClient, line: Line): Promise<string> {
  const { rows } = await db.query("select id from app_public.conversations where tenant_id = $1", [
    line.workspace.tenantId,
  ]);
  assert.equal(rows.length, 1);
  return rows[0].id;
}

const idUpdate = (at: number, previous: string, current: string, more: object = {}) => ({
  user_id_update: [{ user_id: { previous, current }, timestamp: second(at), ...more }],
});

const system = (at: number, event: object, message: object = {}) => ({
  messages: [{ id: `wamid.system.${at}`, timestamp: second(at), type: "system", system: event, ...message }],
});

story("of two user ids the one that wrote last is used, whichever sorts first", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from_user_id: USER_ID }, "one");
  await line.tell(idUpdate(2, USER_ID, NEXT_USER_ID), "user_id_update");
  const conversation = await conversationOf(db, line);
  assert.equal(await addressee(db, conversation), NEXT_USER_ID);
  await line.say(3, { from_user_id: NEXT_USER_ID }, "two");
  assert.equal(await addressee(db, conversation), NEXT_USER_ID);
  assert.deepEqual(await line.contacts(), [
    { phone: null, addresses: [NEXT_USER_ID, `${USER_ID} (retired)`], said: ["one", "two"] },
  ]);
});

story("a new user id also retires the number, which can belong to another person by now", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: "447700900101", from_user_id: USER_ID }, "one");
  await line.tell(idUpdate(2, USER_ID, NEXT_USER_ID), "user_id_update");
  await line.say(3, { from_user_id: NEXT_USER_ID }, "two");
  assert.equal(await addressee(db, await conversationOf(db, line)), NEXT_USER_ID);
  const [contact] = await line.contacts();
  assert.equal(contact!.phone, null);
  assert.deepEqual(contact!.addresses, [NEXT_USER_ID, "+447700900101 (retired)", `${USER_ID} (retired)`]);
});

story("a number that shows itself again is used again", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: "447700900101", from_user_id: USER_ID }, "one");
  await line.tell(idUpdate(2, USER_ID, NEXT_USER_ID), "user_id_update");
  await line.say(3, { from: "447700900102", from_user_id: NEXT_USER_ID }, "two");
  assert.equal(await addressee(db, await conversationOf(db, line)), "+447700900102");
  assert.equal((await line.contacts())[0]!.phone, "+447700900102");
});

story(
  "the user id stays where the number is hidden, and the number comes back when it is shown",
  async (db) => {
    const line = await aLine(db);
    await line.say(1, { from: "447700900101", from_user_id: USER_ID }, "one");
    const conversation = await conversationOf(db, line);
    assert.equal(await addressee(db, conversation), "+447700900101");
    await line.say(2, { from_user_id: USER_ID }, "two");
    assert.equal(await addressee(db, conversation), USER_ID);
    await line.say(3, { from: "447700900101", from_user_id: USER_ID }, "three");
    assert.equal(await addressee(db, conversation), "+447700900101");
  },
);

story("a message that is late does not move an old address to the front", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: "447700900101", from_user_id: USER_ID }, "one");
  await line.say(2, { from_user_id: USER_ID }, "two");
  await line.say(5, { from_user_id: USER_ID }, "five");
  await line.say(4, { from: "447700900101" }, "four, late");
  assert.equal(await addressee(db, await conversationOf(db, line)), USER_ID);
});

story("messages from the same addresses do not update them", async (db) => {
  const line = await aLine(db);
  const sender = { from: "447700900101", from_user_id: USER_ID };
  await line.say(1, sender, "one");
  const rows = async () =>
    (await db.query("select xmin, ctid from app_public.contact_identities order by kind")).rows;
  const before = await rows();
  await line.say(2, sender, "two");
  await line.say(3, sender, "three");
  assert.deepEqual(await rows(), before);
});

story("an authentication template is sent to the number, even if a user id wrote later", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: "447700900101", from_user_id: USER_ID }, "one");
  await line.say(2, { from_user_id: USER_ID }, "two");
  const conversation = await conversationOf(db, line);
  await db.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category)
     values ($1, $2, 'code', 'en', 'approved', 'authentication')`,
    [line.workspace.tenantId, line.workspace.businessAccountId],
  );
  await db.query(
    `insert into app_public.messages (conversation_id, type, content)
     values ($1, 'template', '{"name": "code", "language": {"code": "en"}}')`,
    [conversation],
  );
  const { rows } = await db.query("select phone, bsuid from app_private.claim_outbox(10, '1 minute')");
  assert.deepEqual(rows, [{ phone: "+447700900101", bsuid: null }]);
});

story("a contact whose addresses are all retired cannot be written to: PYADR", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: "447700900101" }, "one");
  await db.query("update app_public.contact_identities set retired_at = now()");
  await db.query("update app_public.contacts set phone = null");
  const conversation = await conversationOf(db, line);
  await assert.rejects(addressee(db, conversation), { code: "PYADR" });
});

const PARENTS = { from_parent_user_id: "BR.ENT.1" };

/** How Meta tells that USER_ID has become NEXT_USER_ID. */
const SHAPES: [says: string, event: object, message?: object][] = [
  ["from the old id", { user_id: NEXT_USER_ID }, { from_user_id: USER_ID }],
  ["from the new id", { user_id: NEXT_USER_ID, previous_user_id: USER_ID }, { from_user_id: NEXT_USER_ID }],
  ["without a sender", { user_id: NEXT_USER_ID, previous_user_id: USER_ID }],
  ["in words alone", { user_id: NEXT_USER_ID, body: `User Ann changed from ${USER_ID} to ${NEXT_USER_ID}` }],
  [
    "with parents",
    {
      user_id: NEXT_USER_ID,
      previous_user_id: USER_ID,
      parent_user_id: "BR.ENT.2",
      previous_parent_user_id: "BR.ENT.1",
    },
    { from_user_id: NEXT_USER_ID, from_parent_user_id: "BR.ENT.2" },
  ],
];

for (const [says, event, message] of SHAPES)
  for (const isLate of [false, true])
    story(
      `a changed user id, reported ${says}${isLate ? " after the first message from it" : ""}, is one customer`,
      async (db) => {
        const line = await aLine(db);
        const { from_parent_user_id } =
          message && "from_parent_user_id" in message ? PARENTS : { from_parent_user_id: "" };
        await line.say(1, { from_user_id: USER_ID, from_parent_user_id }, "one");
        const change = () => line.tell(system(2, { type: "user_changed_user_id", ...event }, message));
        if (!isLate) await change();
        await line.say(3, { from_user_id: NEXT_USER_ID }, "two");
        if (isLate) await change();
        const [contact, ...others] = await line.contacts();
        assert.deepEqual(others, []);
        assert.deepEqual(contact!.said, ["one", "two"]);
        assert.deepEqual(contact!.addresses.slice().sort()[0], NEXT_USER_ID);
        const conversation = await conversationOf(db, line);
        assert.equal(await addressee(db, conversation), NEXT_USER_ID);
        const { rowCount } = await db.query(
          "select from app_public.messages where type = 'system' and conversation_id = $1",
          [conversation],
        );
        assert.equal(rowCount, 1);
      },
    );

story("the new number of a customer known by user id alone", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from_user_id: USER_ID }, "one");
  const event = {
    type: "user_changed_number",
    wa_id: "5511987654321",
    user_id: NEXT_USER_ID,
    previous_user_id: USER_ID,
  };
  await line.tell(system(2, event, { from_user_id: NEXT_USER_ID }));
  await line.say(3, { from: "5511987654321", from_user_id: NEXT_USER_ID }, "two");
  assert.deepEqual(await line.contacts(), [
    {
      phone: "+5511987654321",
      addresses: ["+5511987654321", NEXT_USER_ID, `${USER_ID} (retired)`],
      said: ["one", "two"],
    },
  ]);
});

story("two changes, the second reported first", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from_user_id: "BR.1" }, "one");
  await line.tell(system(6, { type: "user_changed_user_id", user_id: "BR.3", previous_user_id: "BR.2" }));
  await line.tell(system(4, { type: "user_changed_user_id", user_id: "BR.2", previous_user_id: "BR.1" }));
  await line.say(7, { from_user_id: "BR.3" }, "two");
  assert.deepEqual(await line.contacts(), [
    { phone: null, addresses: ["BR.3", "BR.2 (retired)", "BR.1 (retired)"], said: ["one", "two"] },
  ]);
});

const [A, B] = ["16505550001", "16505550002"];
const numberChange = (at: number, from: string, to: string) =>
  system(
    at,
    { type: "user_changed_number", body: `User Ann changed from ${from} to ${to}`, wa_id: to },
    { from },
  );

for (const how of ["redelivered", "replayed"] as const)
  story(`a number that changed and changed back: the older change, ${how}, has no effect`, async (db) => {
    const line = await aLine(db);
    await line.say(0, { from: A }, "hi");
    const first = await line.tell(numberChange(100, A, B));
    assert.equal((await line.contacts())[0]!.phone, `+${B}`);
    await line.tell(numberChange(500, B, A));
    const after = await line.contacts();
    assert.equal(after[0]!.phone, `+${A}`);
    for (let n = 0; n < 2; n++) await line.again(first, how);
    assert.deepEqual(await line.contacts(), after);
    assert.equal(await addressee(db, await conversationOf(db, line)), `+${A}`);
  });

story("a number that changed and changed back, reported in reverse order", async (db) => {
  const line = await aLine(db);
  await line.say(0, { from: A }, "hi");
  await line.tell(numberChange(500, B, A));
  await line.tell(numberChange(100, A, B));
  assert.equal(await addressee(db, await conversationOf(db, line)), `+${A}`);
  assert.equal((await line.contacts())[0]!.phone, `+${A}`);
});

story("a retired number becomes the next owner's, and the old news does not give it back", async (db) => {
  const line = await aLine(db);
  await line.say(0, { from: A }, "hi");
  const change = await line.tell(numberChange(100, A, B));
  await line.say(900, { from: A, name: "Bob" }, "I am new here");
  const two = [
    { phone: `+${B}`, addresses: [`+${B}`], said: ["hi"] },
    { phone: `+${A}`, addresses: [`+${A}`], said: ["I am new here"] },
  ];
  const byPhone = async () =>
    (await line.contacts()).sort((one, other) => other.phone!.localeCompare(one.phone!));
  assert.deepEqual(await byPhone(), two);
  await line.again(change, "redelivered");
  await line.again(change, "replayed");
  assert.deepEqual(await byPhone(), two);
});

story("a number taken over from another customer does not include that customer's history", async (db) => {
  const line = await aLine(db);
  await line.say(0, { from: B }, "my secret");
  await line.say(1, { from: A }, "hi");
  await line.tell(numberChange(500, A, B));
  await line.say(501, { from: B }, "from my new number");
  assert.deepEqual(
    (await line.contacts()).map(({ phone, said }) => ({ phone, said })).sort((one) => (one.phone ? -1 : 1)),
    [
      { phone: `+${B}`, said: ["hi", "from my new number"] },
      { phone: null, said: ["my secret"] },
    ],
  );
});

story("staff may give a retired number to another contact", async (db) => {
  const line = await aLine(db);
  await line.say(0, { from: A }, "hi");
  await line.tell(numberChange(100, A, B));
  const { rows } = await db.query(
    "insert into app_public.contacts (tenant_id, phone) values ($1, $2) returning id",
    [line.workspace.tenantId, `+${A}`],
  );
  assert.equal(rows.length, 1);
});

story("a number that staff corrected is used, and an older change does not undo it", async (db) => {
  const line = await aLine(db);
  await line.say(0, { from: A, from_user_id: USER_ID }, "hi");
  const conversation = await conversationOf(db, line);
  await db.query("update app_public.contacts set phone = '+16505550009'");
  assert.equal(await addressee(db, conversation), "+16505550009");
  await line.tell(
    system(100, { type: "user_changed_number", wa_id: B, previous_user_id: USER_ID, user_id: NEXT_USER_ID }),
  );
  assert.equal(await addressee(db, conversation), "+16505550009");
  assert.equal((await line.contacts())[0]!.phone, "+16505550009");
});
