import assert from "node:assert/strict";
import type pg from "pg";
import { addressee, Line, second } from "../../support/identities.ts";
import { aChannel, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

/** A number that went from one customer to another: two people, whatever the order in which that is told. */

const story = stories();

const [A, B] = ["447700900201", "447700900202"];
const ANN = { from: A, from_user_id: "GB.501", name: "Ann" };
const ANN_MOVED = { ...ANN, from: B };
const NEXT_OWNER = { from: A, from_user_id: "GB.509", name: "Zoe" };

const aLine = async (db: pg.PoolClient) => new Line(db, await aWorkspace(db));

const change = (at: number, from: string, to: string, userId: string) => ({
  messages: [
    {
      from,
      id: `wamid.change.${at}`,
      timestamp: second(at),
      type: "system",
      system: { type: "user_changed_number", wa_id: to, user_id: userId },
    },
  ],
});

/** Who has said what, with the address that an answer would go to. */
async function threads(db: pg.PoolClient, line: Line): Promise<Record<string, string[]>> {
  const { rows } = await db.query(
    `select v.id, array(
       select m.preview from app_public.messages m
       where m.conversation_id = v.id and m.type = 'text' and m.direction = 'inbound' order by m.occurred_at
     ) as said
     from app_public.conversations v where v.tenant_id = $1`,
    [line.workspace.tenantId],
  );
  const told: Record<string, string[]> = {};
  for (const { id, said } of rows) told[await addressee(db, id)] = said;
  return told;
}

const EVENTS: Record<string, (line: Line) => Promise<unknown>> = {
  ann: (line) => line.say(1, ANN, "my secret"),
  change: (line) => line.tell(change(2, A, B, ANN.from_user_id)),
  owner: (line) => line.say(4, NEXT_OWNER, "I am new here"),
  moved: (line) => line.say(6, ANN_MOVED, "still me"),
};

function orders<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first, at) => orders(all.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

for (const withChange of [true, false])
  story(`a number with another user id is the next owner's${withChange ? "" : ", untold"}`, async (db) => {
    for (const order of orders(Object.keys(EVENTS).filter((name) => withChange || name !== "change"))) {
      const line = await aLine(db);
      for (const name of order) await EVENTS[name]!(line);
      assert.deepEqual(
        await threads(db, line),
        { [`+${B}`]: ["my secret", "still me"], [`+${A}`]: ["I am new here"] },
        order.join(", "),
      );
    }
  });

story("both owners of a number in one webhook", async (db) => {
  const line = await aLine(db);
  const text = (id: string, at: number, from_user_id: string) => ({
    from: A,
    from_user_id,
    id: `wamid.${id}`,
    timestamp: second(at),
    type: "text",
    text: { body: id },
  });
  await line.tell({ messages: [text("one", 1, "GB.501"), text("two", 2, "GB.509")] });
  assert.deepEqual(await threads(db, line), { "GB.501": ["one"], [`+${A}`]: ["two"] });
});

story("a change gives a number to its new owner at once, who has another user id", async (db) => {
  const line = await aLine(db);
  await line.say(1, ANN, "hi");
  await line.say(1, { from: B, from_user_id: "GB.502" }, "my secret");
  await line.tell(change(3, A, B, "GB.501"));
  assert.deepEqual(await threads(db, line), { [`+${B}`]: ["hi"], "GB.502": ["my secret"] });
  // The two have swapped their numbers.
  await line.tell(change(4, B, A, "GB.502"));
  assert.deepEqual(await threads(db, line), { [`+${B}`]: ["hi"], [`+${A}`]: ["my secret"] });
});

story("a parent's user id holds together what the portfolios call a customer", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: A, from_user_id: "GB.1", from_parent_user_id: "GB.ENT.1" }, "one");
  await line.say(2, { from: A, from_user_id: "GB.2", from_parent_user_id: "GB.ENT.1" }, "two");
  assert.deepEqual(await threads(db, line), { [`+${A}`]: ["one", "two"] });
});

story("two accounts may know one customer by two user ids", async (db) => {
  const workspace = await aWorkspace(db);
  const number = { phoneNumberId: "105500000000099", businessAccountId: "102200000000099" };
  const channelId = await aChannel(db, workspace.tenantId, number);
  const first = new Line(db, workspace);
  await first.say(1, ANN, "one");
  await new Line(db, { ...workspace, ...number, channelId }).say(
    2,
    { ...ANN, from_user_id: "GB.777" },
    "two",
  );
  assert.deepEqual(
    (await first.contacts()).map(({ said }) => said),
    [["one", "two"]],
  );
  // Once each account has met the customer, its user ids can be compared.
  await first.say(3, NEXT_OWNER, "three");
  assert.deepEqual((await first.contacts()).map(({ said }) => said).sort(), [["one", "two"], ["three"]]);
});
